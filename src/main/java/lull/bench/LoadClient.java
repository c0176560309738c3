package lull.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/**
 * The process that sends messages over HTTP. It carries out one order a line, {@code single|stream port width prefix messages
 * conversations seed}, and answers {@code done nanoseconds cpu-nanoseconds} or {@code failed reason}. It ends with its input.
 */
public final class LoadClient {

    private LoadClient() {}

    public static void main(String[] args) throws IOException {
        var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            System.out.println(carryOut(order.split(" ")));
        }
    }

    private static String carryOut(String[] order) {
        int port = Integer.parseInt(order[1]);
        int width = Integer.parseInt(order[2]);
        Traffic traffic =
                Traffic.of(order[3], Integer.parseInt(order[4]), Integer.parseInt(order[5]), Long.parseLong(order[6]));
        long cpu = cpuNanos();
        long start = System.nanoTime();
        try {
            if (order[0].equals("single")) {
                SingleRequests.send(traffic, port, width);
            } else {
                LineStream.send(traffic, port, width);
            }
        } catch (IOException | RuntimeException e) {
            return "failed " + e.toString().replaceAll("\\s+", " ");
        }
        return "done " + (System.nanoTime() - start) + " " + (cpuNanos() - cpu);
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}

package lull.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * CPU time used so far.
 *
 * @param nodeNanos by this JVM
 * @param postgresNanos by the PostgreSQL server and its processes that are alive
 */
record Cpu(long nodeNanos, long postgresNanos) {

    static Cpu of(Subject node) {
        long own = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
        return new Cpu(own, ofPostgres(node));
    }

    static long ofPostgres(Store store) {
        return ProcessHandle.of(store.postgresPid()).stream()
                .flatMap(it -> Stream.concat(Stream.of(it), it.descendants()))
                .mapToLong(Cpu::nanos)
                .sum();
    }

    Cpu since(Cpu before) {
        return new Cpu(nodeNanos - before.nodeNanos, postgresNanos - before.postgresNanos);
    }

    long nanos() {
        return nodeNanos + postgresNanos;
    }

    /** Adds what one piece of the work took to the figures, and says it in a few words. */
    String note(Figures figures, String name, String piece, int pieces) {
        double node = nodeNanos / 1e3 / pieces;
        double postgres = postgresNanos / 1e3 / pieces;
        figures.add(name + ": CPU of the node", "µs/" + piece, node, "its process");
        figures.add(name + ": CPU of PostgreSQL", "µs/" + piece, postgres, "its processes");
        return String.format(Locale.ROOT, ", µs of CPU each: node %.0f, PostgreSQL %.0f", node, postgres);
    }

    /** Of a server's processes, each with one thread: to the nanosecond where the system tells it (Linux), else to its clock tick, mostly 10 ms. */
    private static long nanos(ProcessHandle process) {
        try {
            String[] words = Files.readString(Path.of("/proc/" + process.pid() + "/schedstat"))
                    .split(" ");
            return Long.parseLong(words[0]);
        } catch (IOException e) {
            return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
        }
    }
}

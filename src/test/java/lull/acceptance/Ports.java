package lull.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that stay free while nobody listens: below the range from which the kernel takes the near ends of connections. A
 * server that is to come back on its port would else find it taken now and then.
 */
final class Ports {

    private static final int FIRST = 20_000;
    private static final int LAST = 31_000;

    private Ports() {}

    static int free() {
        return free(List.of("127.0.0.1"));
    }

    /** A port that is free at all of these addresses of this machine. */
    static int free(Collection<String> addresses) {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (addresses.stream().allMatch(it -> isFree(it, port))) {
                return port;
            }
        }
    }

    private static boolean isFree(String address, int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(address))) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}

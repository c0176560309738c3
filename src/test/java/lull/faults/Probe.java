package lull.faults;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** I11, when the load is over: every conversation is asked how it is, through one node or another, until it has answered. */
final class Probe {

    private static final int THREADS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(12);
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final long PAUSE_NANOS = 200_000_000L;

    private final List<URI> nodes;
    private final Instant until;
    private final Map<String, String> silent = new ConcurrentHashMap<>();

    /** @param nodes the base URIs of ready nodes, at least one */
    Probe(List<URI> nodes, Instant until) {
        this.nodes = nodes;
        this.until = until;
    }

    /** Returns what did not answer in time, with what was heard instead. */
    Map<String, String> ask(Collection<String> conversations) {
        Queue<String> left = new ConcurrentLinkedQueue<>(conversations);
        conversations.forEach(it -> silent.put(it, "nothing yet"));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, Load.daemon("checker-probe"));
        for (int i = 0; i < THREADS; i++) {
            int first = i;
            threads.execute(() -> new Asker(first, left).run());
        }
        threads.shutdown();
        try {
            threads.awaitTermination(
                    Duration.between(Instant.now(), until)
                            .plus(PATIENCE)
                            .plus(CONNECT)
                            .toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.shutdownNow();
        return Map.copyOf(silent);
    }

    /** Asks through one node after the other, some conversations each. */
    private final class Asker implements Runnable {
        private static final int THROUGH_ONE = 50;

        private final Queue<String> left;
        private int turn;
        private Optional<HttpConnection> connection = Optional.empty();

        Asker(int turn, Queue<String> left) {
            this.turn = turn;
            this.left = left;
        }

        @Override
        public void run() {
            int asked = 0;
            for (String conversation = left.poll(); conversation != null; conversation = left.poll()) {
                if (asked++ % THROUGH_ONE == 0) {
                    turnToNext();
                }
                if (!isAnswered(conversation) && Instant.now().isBefore(until)) {
                    left.add(conversation);
                    turnToNext();
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
            connection.ifPresent(HttpConnection::close);
        }

        private void turnToNext() {
            connection.ifPresent(HttpConnection::close);
            connection = Optional.empty();
            turn++;
        }

        private boolean isAnswered(String conversation) {
            try {
                if (connection.isEmpty()) {
                    connection = Optional.of(HttpConnection.open(nodes.get(turn % nodes.size()), CONNECT));
                }
                int status = connection
                        .get()
                        .exchange("GET", "/v1/conversations/" + conversation, "", PATIENCE)
                        .status();
                if (status == 200 || status == 404) {
                    silent.remove(conversation);
                    return true;
                }
                silent.put(conversation, "status " + status);
            } catch (IOException e) {
                silent.put(conversation, e.toString());
            }
            return false;
        }
    }
}

package lull.faults;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** Knows which nodes are ready, by asking each twice a second, and gives them in turn, with the connections to them. */
final class Balancer implements AutoCloseable {

    private static final long POLL_MILLIS = 500;
    private static final Duration POLL_PATIENCE = Duration.ofSeconds(1);
    private static final Duration CONNECT = Duration.ofSeconds(1);

    /** Well below the 60 s after which a node closes an idle connection, so that the two do not meet. */
    private static final Duration LONGEST_REST = Duration.ofSeconds(20);

    /** A node behind the balancer. */
    final class Backend {
        private final Load.Target target;
        private final Deque<HttpConnection> resting = new ConcurrentLinkedDeque<>();
        private volatile boolean ready;

        private Backend(Load.Target target) {
            this.target = target;
        }

        String name() {
            return target.name();
        }

        /** @throws IOException nothing can be sent to it */
        HttpConnection connect() throws IOException {
            for (HttpConnection used = resting.pollFirst(); used != null; used = resting.pollFirst()) {
                if (used.isUsable(LONGEST_REST)) {
                    return used;
                }
                used.close();
            }
            return HttpConnection.open(target.api(), CONNECT);
        }

        void release(HttpConnection connection) {
            if (connection.isReusable() && ready) {
                resting.addFirst(connection);
            } else {
                connection.close();
            }
        }

        private void poll() {
            boolean now = isReady(target.management());
            if (now != ready) {
                ready = now;
                onChange.accept(name(), now);
            }
            if (!now) {
                rest();
            }
        }

        private void rest() {
            for (HttpConnection used = resting.pollFirst(); used != null; used = resting.pollFirst()) {
                used.close();
            }
        }
    }

    private final List<Backend> backends = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final BiConsumer<String, Boolean> onChange;
    private final ScheduledExecutorService polls;

    /** @param onChange is told the name of a node that has become ready, or has ceased to be */
    Balancer(List<Load.Target> targets, BiConsumer<String, Boolean> onChange) {
        this.onChange = onChange;
        targets.forEach(it -> backends.add(new Backend(it)));
        // A thread for each, so that one which does not answer hides no other.
        this.polls = Executors.newScheduledThreadPool(targets.size(), Load.daemon("load-ready"));
        for (Backend backend : backends) {
            polls.scheduleAtFixedRate(backend::poll, 0, POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    static boolean isReady(URI management) {
        try (HttpConnection connection = HttpConnection.open(management, POLL_PATIENCE)) {
            return connection.exchange("GET", "/ready", "", POLL_PATIENCE).status() == 200;
        } catch (IOException | RuntimeException notReady) {
            return false;
        }
    }

    /** The next ready node in turn, of those that were not tried yet; empty if there is none. */
    Optional<Backend> next(Set<Backend> tried) {
        int start = turn.getAndIncrement();
        for (int i = 0; i < backends.size(); i++) {
            Backend backend = backends.get(Math.floorMod(start + i, backends.size()));
            if (backend.ready && !tried.contains(backend)) {
                return Optional.of(backend);
            }
        }
        return Optional.empty();
    }

    boolean isAnyReady() {
        return backends.stream().anyMatch(it -> it.ready);
    }

    @Override
    public void close() {
        polls.shutdownNow();
        backends.forEach(Backend::rest);
    }
}

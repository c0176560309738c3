package lull.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Looks at the nodes twice a second, each on a thread of its own, and tells what has changed in their views of the cluster. */
final class Watch implements AutoCloseable {

    private static final int EVERY_MILLIS = 500;

    private final Map<String, String> names = new HashMap<>();
    private final List<ScheduledExecutorService> eyes = new ArrayList<>();
    private final Consumer<String> news;
    private volatile boolean closed;

    Watch(List<ClusterNode> nodes, Consumer<String> news) {
        this.news = news;
        nodes.forEach(it -> names.put(it.place().address(), it.name()));
        for (ClusterNode node : nodes) {
            ScheduledExecutorService eye = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "watch-" + node);
                thread.setDaemon(true);
                return thread;
            });
            eyes.add(eye);
            Seen seen = new Seen(node);
            eye.scheduleWithFixedDelay(seen::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private final class Seen {
        private final ClusterNode node;
        private boolean ready;
        private Map<String, String> members = Map.of();
        private Optional<String> oldest = Optional.empty();

        private Seen(ClusterNode node) {
            this.node = node;
        }

        private void look() {
            boolean readyNow = ClusterView.isReady(node);
            if (readyNow != ready) {
                tell(node + (readyNow ? " is ready" : " is not ready"));
                ready = readyNow;
            }
            ClusterView.of(node).ifPresent(view -> {
                compare(view);
                members = view.members();
                oldest = view.oldest();
            });
        }

        private void compare(ClusterView view) {
            TreeSet<String> all = new TreeSet<>(members.keySet());
            all.addAll(view.members().keySet());
            for (String address : all) {
                String before = members.getOrDefault(address, "absent");
                String now = view.members().getOrDefault(address, "absent");
                if (!before.equals(now)) {
                    tell(node + " sees " + name(address) + " " + now);
                }
            }
            if (!view.oldest().equals(oldest) && view.oldest().isPresent()) {
                tell(node + " sees the singleton at " + name(view.oldest().get()));
            }
        }

        private String name(String address) {
            return names.getOrDefault(address, address);
        }
    }

    private void tell(String what) {
        if (!closed) {
            news.accept(what);
        }
    }

    @Override
    public void close() {
        closed = true;
        eyes.forEach(ScheduledExecutorService::shutdownNow);
    }
}

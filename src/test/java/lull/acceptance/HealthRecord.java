package lull.acceptance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Asks nodes for their health as a kubelet does, only more often, and keeps each answer that differs from the one before. */
final class HealthRecord implements AutoCloseable {

    private static final Duration BETWEEN = Duration.ofMillis(200);

    /** No answer. */
    static final int SILENT = 0;

    private final Http http = new Http();
    private final Map<String, List<Integer>> answers = new ConcurrentHashMap<>();
    private final ScheduledExecutorService kubelets = Executors.newScheduledThreadPool(2);

    void follow(RunningNode node) {
        kubelets.scheduleWithFixedDelay(
                () -> {
                    ask(node, "/alive");
                    ask(node, "/ready");
                },
                0,
                BETWEEN.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void ask(RunningNode node, String check) {
        int status;
        try {
            status = http.get(node.management(check)).status();
        } catch (IOException e) {
            status = SILENT;
        }
        List<Integer> known = answers.computeIfAbsent(node.name() + check, it -> new ArrayList<>());
        synchronized (known) {
            boolean first = known.isEmpty();
            if (first ? status != SILENT : known.get(known.size() - 1) != status) {
                known.add(status);
            }
        }
    }

    /** The answers of a node since its first, without repetitions. */
    List<Integer> of(RunningNode node, String check) {
        List<Integer> known = answers.getOrDefault(node.name() + check, List.of());
        synchronized (known) {
            return List.copyOf(known);
        }
    }

    @Override
    public void close() {
        kubelets.shutdownNow();
    }
}

package lull.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;

/** A node that is killed with many conversations due, and started again: how soon it has done what it missed. */
final class Restart implements Measurement {

    private static final Duration IDLE_AFTER = Duration.ofMinutes(15);

    @Override
    public Set<String> names() {
        return Set.of("restart");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        int due = bench.sized(50_000, 5_000);
        Path home = bench.home().resolve("restart");
        String how = String.format(
                Locale.ROOT,
                "kill -9 of node and PostgreSQL with %,d due, start: from \"ready\" until all are idle in the read model, tick 1 s",
                due);
        for (int run = 1; run <= bench.slowRuns(); run++) {
            String prefix = "restart-" + run;
            kill(home, prefix, due);
            Instant start = Instant.now();
            try (NodeProcess node = NodeProcess.launch(home, settings("PT1S"), "")) {
                Instant ready = node.awaitReady();
                node.awaitRows("id like ? and state = 2", Workbench.like(prefix), due);
                Instant cleared = Commits.last(node, prefix);
                Strike.verify(node, prefix, due);
                double seconds = Duration.between(ready, cleared).toMillis() / 1e3;
                double starting = Duration.between(start, ready).toMillis() / 1e3;
                bench.figures().add("restart: ready to cleared", "s", seconds, how);
                bench.figures().add("restart: start to ready", "s", starting, "process and PostgreSQL, which recovers");
                bench.say(String.format(
                        Locale.ROOT, "restart: ready after %.1f s, cleared %.1f s later", starting, seconds));
            }
        }
    }

    private static void kill(Path home, String prefix, int due) throws Exception {
        try (NodeProcess node = NodeProcess.launch(home, settings("off"), "")) {
            node.awaitReady();
            Commits.note(node); // from its next start on
            node.open(prefix, Instant.now().minus(IDLE_AFTER));
            Copies.make(node, prefix, 1, due);
            node.kill();
        }
    }

    private static NodeSettings settings(String tick) {
        return NodeSettings.service().with("lull.tick", tick).with("lull.policy.idle-after", IDLE_AFTER.toString());
    }
}

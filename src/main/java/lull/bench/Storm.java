package lull.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;

/** Many conversations due at once: one tick brings them all to idle, with the entities in memory or not. */
final class Storm implements Measurement {

    private static final Duration IDLE_AFTER = Duration.ofMinutes(15);

    @Override
    public Set<String> names() {
        return Set.of("storm");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        // Long ago, so that whatever else is in the database is not due yet; what is idle by then has years until it
        // expires.
        Instant written = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(365));
        int conversations = bench.sized(50_000, 10_000);
        try (Weather weather = new Weather(bench, written)) {
            bench.say("warming up: storm");
            for (int warmUp = 1; warmUp <= bench.warmUps(); warmUp++) {
                weather.resident("storm-warm-up-resident-" + warmUp, conversations);
                weather.cold("storm-warm-up-cold-" + warmUp, conversations);
            }
            for (int run = 1; run <= bench.runs(); run++) {
                note(bench, "resident", conversations, weather.resident("storm-resident-" + run, conversations));
                note(bench, "cold", conversations, weather.cold("storm-cold-" + run, conversations));
            }
        }
    }

    private static void note(Workbench bench, String kind, int conversations, Strike taken) {
        String name = "storm, " + kind;
        double rate = taken.perSecond(conversations);
        String where = kind.equals("cold") ? "none of them in memory" : "all of them in memory";
        String how = String.format(
                Locale.ROOT, "%,d due, %s, one tick, until committed and in the read model", conversations, where);
        bench.figures().add(name, "timeouts/s", rate, how);
        bench.say(String.format(Locale.ROOT, "%s: %,.0f timeouts/s", name, rate)
                + taken.cpu().note(bench.figures(), name, "timeout", conversations));
    }

    /** The node, started anew whenever its memory is to be empty. */
    private static final class Weather implements AutoCloseable {
        private final Workbench bench;
        private final Instant written;
        private Subject node;
        private int starts;

        Weather(Workbench bench, Instant written) {
            this.bench = bench;
            this.written = written;
            start();
        }

        private void start() {
            node = bench.start(NodeSettings.externalClock());
            // Later than the storm: these are not due when it breaks.
            Workbench.settle(node, "storm-settle-" + System.nanoTime() + "-" + ++starts, written.plus(IDLE_AFTER));
        }

        Strike resident(String prefix, int conversations) throws SQLException {
            prepare(prefix, conversations);
            WrongCount.unlessEqual("conversations in memory", (long) conversations, inMemory(prefix));
            return strike(prefix, conversations);
        }

        Strike cold(String prefix, int conversations) throws SQLException {
            prepare(prefix, conversations);
            node.close();
            start();
            WrongCount.unlessEqual("conversations in memory", 0L, inMemory(prefix));
            Workbench.quiet(node);
            return strike(prefix, conversations);
        }

        private void prepare(String prefix, int conversations) throws SQLException {
            Workbench.open(node, prefix, conversations, i -> written);
            Workbench.quiet(node);
        }

        private long inMemory(String prefix) {
            String start = Workbench.id(prefix).entityId() + "-";
            return node.resident().stream().filter(it -> it.startsWith(start)).count();
        }

        private Strike strike(String prefix, int conversations) throws SQLException {
            return Strike.take(node, prefix, conversations, written.plus(IDLE_AFTER));
        }

        @Override
        public void close() {
            node.close();
        }
    }
}

package lull.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The storm in a table that grows: as many due each time, and more and more whose time has not come. */
final class Growth implements Measurement {

    /** Whose time has not come. Memory is measured over them, too. */
    static final String AHEAD = "ahead";

    /** The database of them. */
    static final String HOME = "million";

    private static final Duration IDLE_AFTER = Duration.ofMinutes(15);

    /** When the storm's conversations are written: before all that is ahead. */
    private static final Instant WRITTEN =
            Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(365));

    @Override
    public Set<String> names() {
        return Set.of("growth");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        int due = bench.sized(50_000, 5_000);
        int smallest = bench.sized(10_000, 1_000);
        List<Double> few = new ArrayList<>();
        try (Subject node = bench.apart(HOME).start(NodeSettings.externalClock())) {
            Workbench.settle(node, "growth-settle-" + System.nanoTime(), WRITTEN.plus(IDLE_AFTER));
            bench.say("warming up: growth");
            storm(node, "growth-warm-up", due);
            for (int ahead : List.of(smallest, 10 * smallest, 100 * smallest)) {
                ahead(node, ahead);
                String name = String.format(Locale.ROOT, "growth: storm with %,d ahead", ahead);
                for (int run = 1; run <= bench.slowRuns(); run++) {
                    double rate = storm(node, "growth-" + ahead + "-" + run, due);
                    bench.figures().add(name, "timeouts/s", rate, how(due));
                    bench.say(String.format(Locale.ROOT, "%s: %,.0f timeouts/s", name, rate));
                    if (ahead == smallest) {
                        few.add(rate);
                    } else if (ahead == 100 * smallest) {
                        String ratio = String.format(Locale.ROOT, "growth: %,d ahead to %,d", ahead, smallest);
                        bench.figures().add(ratio, "ratio", rate / few.get(run - 1), "of the rates");
                    }
                }
            }
        }
    }

    private static String how(int due) {
        return String.format(
                Locale.ROOT,
                "%,d due, none of them in memory, and so many in the same tables whose time has not come; one tick, until committed and"
                        + " in the read model",
                due);
    }

    /** Makes sure that so many are there whose deadline is long after the storm's. */
    static void ahead(Subject node, int conversations) throws SQLException {
        long there = Workbench.count(node, "select count(*) from conversation where id like ?", Workbench.like(AHEAD));
        if (there == 0) {
            Workbench.open(node, AHEAD, 1, i -> WRITTEN.plus(Duration.ofDays(100)));
            Workbench.caughtUp(node);
        }
        Copies.fill(node, AHEAD, conversations);
    }

    private static double storm(Subject node, String prefix, int due) throws SQLException {
        Workbench.open(node, prefix, 1, i -> WRITTEN);
        Workbench.caughtUp(node);
        Copies.fill(node, prefix, due);
        Workbench.quiet(node);
        double rate = Strike.take(node, prefix, due, WRITTEN.plus(IDLE_AFTER)).perSecond(due);
        Copies.remove(node, prefix);
        return rate;
    }
}

package lull.bench;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** How far the read model is behind the journal: from the commit of an event to the commit of the row that holds it. */
final class ProjectionLag implements Measurement {

    private static final int PER_SECOND = 1_000;

    /** Each conversation gets one event only, so that its row is of the transaction that the event came to it with. */
    private static final String LAGS = """
            select count(*), percentile_disc(0.5) within group (order by ms), percentile_disc(0.99) within group (order by ms),
              max(ms)
            from (
              select 1000 * extract(epoch from pg_xact_commit_timestamp(c.xmin) - pg_xact_commit_timestamp(e.xmin)) as ms
              from conversation c join event_journal e on e.persistence_id = c.id and e.sequence_number = c.sequence
              where c.id like ? and c.sequence = 4) as lags
            """;

    @Override
    public Set<String> names() {
        return Set.of("lag");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        int events = PER_SECOND * bench.sized(20, 5);
        try (Subject node = bench.start(NodeSettings.service())) {
            bench.say("warming up: lag");
            pace(node, "lag-warm-up", 3 * PER_SECOND);
            for (int run = 1; run <= bench.runs(); run++) {
                List<Double> lags = pace(node, "lag-" + run, events);
                String how = String.format(
                        Locale.ROOT,
                        "%,d events/s for %d s: commit of the event to commit of its row, by PostgreSQL's commit timestamps",
                        PER_SECOND,
                        events / PER_SECOND);
                bench.figures().add("projection lag, p50", "ms", lags.get(1), how);
                bench.figures().add("projection lag, p99", "ms", lags.get(2), "the same");
                bench.figures().add("projection lag, max", "ms", lags.get(3), "the same");
                bench.say(String.format(
                        Locale.ROOT,
                        "projection lag: p50 %.1f, p99 %.1f, max %.1f ms",
                        lags.get(1),
                        lags.get(2),
                        lags.get(3)));
            }
        }
    }

    private static List<Double> pace(Subject node, String prefix, int events) throws SQLException {
        Workbench.open(node, prefix, events);
        Workbench.quiet(node);
        InFlight.paced(events, PER_SECOND, i -> Workbench.send(node, Traffic.key(prefix, i), i));
        Workbench.caughtUp(node);
        List<Double> lags = Workbench.numbers(node, LAGS, Workbench.like(prefix));
        WrongCount.unlessEqual(
                "events in the read model", (long) events, lags.get(0).longValue());
        return lags;
    }
}

package lull.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** How late timeouts are with the system clock: from the moment that they are due to the commit of the transition. */
final class Lateness implements Measurement {

    private static final int PER_SECOND = 500;
    private static final Duration IDLE_AFTER = Duration.ofMinutes(2);
    private static final Duration AHEAD = Duration.ofSeconds(20);

    private static final String LATENESSES = """
            select count(*), percentile_disc(0.5) within group (order by ms), percentile_disc(0.99) within group (order by ms),
              max(ms), min(ms)
            from (
              select 1000 * extract(epoch from pg_xact_commit_timestamp(xmin)
                - (convert_from(event_payload, 'UTF8')::json ->> 'at')::timestamptz) as ms
              from event_journal where persistence_id like ? and event_ser_manifest = 'idle') as latenesses
            """;

    private static final String IDLE = "select count(*) from conversation where id like ? and state = 2";

    @Override
    public Set<String> names() {
        return Set.of("lateness");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        int seconds = bench.sized(60, 5);
        NodeSettings settings = NodeSettings.service()
                .with("lull.tick", "PT0.02S")
                .with("lull.policy.idle-after", IDLE_AFTER.toString());
        try (Subject node = bench.start(settings)) {
            bench.say("warming up: lateness");
            fallDue(node, "lateness-warm-up", 3 * PER_SECOND);
            for (int run = 1; run <= bench.slowRuns(); run++) {
                List<Double> late = fallDue(node, "lateness-" + run, seconds * PER_SECOND);
                String how = String.format(
                        Locale.ROOT,
                        "%,d timeouts/s fall due for %d s, tick 20 ms: commit of the transition minus its deadline",
                        PER_SECOND,
                        seconds);
                bench.figures().add("lateness, p50", "ms", late.get(1), how);
                bench.figures().add("lateness, p99", "ms", late.get(2), "the same");
                bench.figures().add("lateness, max", "ms", late.get(3), "the same");
                bench.figures().add("lateness, min", "ms", late.get(4), "the same; never before its deadline");
                bench.say(String.format(
                        Locale.ROOT,
                        "lateness: p50 %.1f, p99 %.1f, max %.1f ms",
                        late.get(1),
                        late.get(2),
                        late.get(3)));
            }
        }
    }

    private static List<Double> fallDue(Subject node, String prefix, int timeouts) throws SQLException {
        Instant first = Instant.now().plus(AHEAD);
        Workbench.open(
                node,
                prefix,
                timeouts,
                i -> first.plusNanos(i * 1_000_000_000L / PER_SECOND).minus(IDLE_AFTER));
        Workbench.quiet(node);
        WrongCount.unless(Instant.now().isBefore(first), "this machine is too slow: due before all was prepared");
        Instant last = first.plusNanos(timeouts * 1_000_000_000L / PER_SECOND);
        Instant limit = last.plusSeconds(30);
        LockSupport.parkUntil(last.toEpochMilli());
        while (Workbench.count(node, IDLE, Workbench.like(prefix)) < timeouts
                && Instant.now().isBefore(limit)) {
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
        List<Double> late = Workbench.numbers(node, LATENESSES, Workbench.like(prefix));
        WrongCount.unlessEqual(
                "transitions stored", (long) timeouts, late.get(0).longValue());
        WrongCount.unless(late.get(4) >= 0, "a transition was made " + -late.get(4) + " ms early");
        return late;
    }
}

package lull.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import lull.domain.ConversationId;

/**
 * What a node costs that has nothing to do: many conversations, all with a deadline ahead. Ten ticks a second, so that what a tick costs
 * stands out from what a young JVM and PostgreSQL do by themselves.
 */
final class IdleCost implements Measurement {

    private static final int WARM_UP_TICKS = 3_000;
    private static final int TICKS_PER_SECOND = 10;

    private static final NodeSettings TICKING = NodeSettings.service().with("lull.tick", "PT0.1S");
    private static final NodeSettings STILL = NodeSettings.service().with("lull.tick", "off");

    /** Straight into the read model: the tick reads nothing else. */
    private static final String FILL = """
            insert into conversation (id, slice, session, state, opened_at, since, last_activity, deadline, rule, idle_after, sequence)
            select 'default|ahead-' || i, i %% %d, 1, 1, ?, ?, ?, ? + i, 3, 1000000000, 3 from generate_series(1, ?) as i
            on conflict (id) do nothing
            """.formatted(ConversationId.SLICES);

    private static final String SCANS =
            "select coalesce(sum(idx_scan), 0) from pg_stat_user_indexes where indexrelname = 'conversation_due'";

    @Override
    public Set<String> names() {
        return Set.of("idle");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        int conversations = bench.sized(1_000_000, 100_000);
        int seconds = bench.sized(20, 8);
        String how = String.format(
                Locale.ROOT,
                "node and PostgreSQL, mean of %d s, ten ticks a second, %,d conversations with a deadline ahead, nothing due",
                seconds,
                conversations);
        bench.say("warming up: idle");
        perSecond(bench, TICKING, conversations, seconds, true);
        for (int run = 1; run <= Math.min(2, bench.runs()); run++) {
            double ticking = perSecond(bench, TICKING, conversations, seconds, true);
            double still = perSecond(bench, STILL, conversations, seconds, false);
            bench.figures().add("idle: CPU, all", "ms/s", ticking, how);
            bench.figures().add("idle: CPU, of it without ticks", "ms/s", still, "the same with the ticks off");
            bench.figures()
                    .add(
                            "idle: CPU of a tick",
                            "ms",
                            (ticking - still) / TICKS_PER_SECOND,
                            "a tenth of the difference");
            bench.say(String.format(Locale.ROOT, "idle: %.1f ms/s with ticks, %.1f without", ticking, still));
        }
    }

    private static double perSecond(
            Workbench bench, NodeSettings settings, int conversations, int seconds, boolean ticks) throws SQLException {
        try (Subject node = bench.start(settings)) {
            fill(node, conversations);
            Workbench.settle(node, "idle-settle-" + System.nanoTime(), Instant.now());
            for (int i = 0; i < WARM_UP_TICKS; i++) {
                node.ticks().tick(Optional.empty()).toCompletableFuture().join();
            }
            Workbench.quiet(node);
            long scans = Workbench.count(node, SCANS);
            Cpu before = Cpu.of(node);
            long start = System.nanoTime();
            long end = start + Duration.ofSeconds(seconds).toNanos();
            for (long left = end - start; left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            Cpu used = Cpu.of(node).since(before);
            double perSecond = used.nanos() / 1e6 / ((System.nanoTime() - start) / 1e9);
            long swept = Workbench.count(node, SCANS) - scans;
            long least = ticks ? seconds * TICKS_PER_SECOND / 2 : 0;
            WrongCount.unless(swept >= least, "only " + swept + " looks at the due index in " + seconds + " s");
            bench.say(String.format(
                    Locale.ROOT,
                    "idle, %s: node %.1f ms/s, PostgreSQL %.1f ms/s",
                    ticks ? "ten ticks a second" : "ticks off",
                    used.nodeNanos() / 1e6 / seconds,
                    used.postgresNanos() / 1e6 / seconds));
            return perSecond;
        }
    }

    private static void fill(Subject node, int conversations) throws SQLException {
        long now = Instant.now().getEpochSecond() * 1_000_000_000L;
        try (Connection connection = node.connect();
                PreparedStatement fill = connection.prepareStatement(FILL)) {
            fill.setLong(1, now);
            fill.setLong(2, now);
            fill.setLong(3, now);
            fill.setLong(4, now + Duration.ofDays(30).toNanos());
            fill.setInt(5, conversations);
            fill.executeUpdate();
        }
    }
}

package lull.faults;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import lull.domain.ConversationId;

/** A hundred thousand conversations are due in the same instant. The others must hardly notice. */
final class BurstFault implements Fault {

    private static final int CONVERSATIONS = 100_000;
    private static final int TRIAL = 5_000;
    private static final Duration IDLE_AFTER = Duration.ofMinutes(5);
    private static final Duration CLEARED = Duration.ofSeconds(60);
    private static final Duration BASE = Duration.ofSeconds(10);
    private static final int MOST_TIMES_THE_BASE = 3;

    @Override
    public String name() {
        return "burst";
    }

    @Override
    public Duration latenessBound() {
        return CLEARED;
    }

    /** More than it takes to record them all; and more than the test takes until they are due again. */
    @Override
    public Map<String, String> settings() {
        return Map.of("LULL_IDLE_AFTER", IDLE_AFTER.toString(), "LULL_EXPIRE_AFTER", "PT20M");
    }

    @Override
    public void strike(Scene scene) throws Exception {
        TestCluster cluster = scene.cluster();
        List<URI> apis = cluster.nodes().stream().map(ClusterNode::api).toList();
        String prefix = "bulk-" + scene.seed();
        Duration time = timeToRecord(apis, "trial-" + scene.seed());
        // They say that they began so long ago that they are due soon after the last of them is recorded.
        Instant due = Instant.now().plus(time).plus(BASE);
        scene.note(
                "%,d conversations begin; due in %d s",
                CONVERSATIONS, time.plus(BASE).toSeconds());
        Bulk.begin(apis, prefix, CONVERSATIONS, due.minus(IDLE_AFTER));
        scene.note("all have begun; due in %.1f s", Scene.seconds(Duration.between(Instant.now(), due)));
        scene.report().require(Instant.now().isBefore(due.minus(BASE)), "it took too long to record them all");
        Waiting.letPass(Duration.between(Instant.now(), due.minus(BASE)));
        scene.load().mark("just before");
        Waiting.letPass(Duration.between(Instant.now(), due));
        LoadStats base = scene.load().mark("burst");
        scene.timeline().noteAt(due, "all of them are due");

        // A look at the head of the due index: to count them all, again and again, would take a processor from the
        // nodes.
        String open = "select count(*) from generate_series(0, " + (ConversationId.SLICES - 1)
                + ") as slices(slice) where exists"
                + " (select from conversation where conversation.slice = slices.slice and deadline <= " + nanos(due)
                + ")";
        Instant cleared = Waiting.until(
                "all are through",
                CLEARED.multipliedBy(2),
                () -> cluster.postgres().number(open) == 0);
        LoadStats burst = scene.load().mark("cleared");
        scene.note("all are through");
        scene.note("%s", base);
        scene.note("%s", burst);
        long idle = cluster.postgres()
                .number("select count(*) from conversation where id like 'default|" + prefix + "-%' and state = 2");
        scene.report().require(idle == CONVERSATIONS, "%d of %d are idle", idle, CONVERSATIONS);
        scene.report().atMost("cleared after", Duration.between(due, cleared), CLEARED);
        scene.report().figure("base p99", base.latency().p99().toMillis(), "ms");
        scene.report()
                .atMost(
                        "p99 meanwhile",
                        burst.latency().p99().toMillis(),
                        MOST_TIMES_THE_BASE * base.latency().p99().toMillis(),
                        "ms");
        scene.report().atMost("failed requests", burst.failures(), 0, "");
    }

    /** What a trial says, halved: in the trial the code is not compiled yet. */
    private static Duration timeToRecord(List<URI> apis, String prefix) {
        long start = System.nanoTime();
        Bulk.begin(apis, prefix, TRIAL, Instant.now());
        Duration trial = Duration.ofNanos(System.nanoTime() - start);
        Duration all = trial.multipliedBy(CONVERSATIONS / TRIAL / 2).plusSeconds(5);
        Duration longest = IDLE_AFTER.minus(BASE.multipliedBy(2));
        return all.compareTo(longest) < 0 ? all : longest;
    }

    private static long nanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }
}

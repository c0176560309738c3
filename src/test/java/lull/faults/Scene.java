package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import lull.domain.ConversationId;

/**
 * Where a fault strikes: a cluster under load.
 *
 * @param seed of this fault; {@code random} begins with it
 * @param zombies filled by faults that make nodes stand still
 */
record Scene(
        TestCluster cluster,
        Load load,
        Timeline timeline,
        Report report,
        long seed,
        Random random,
        List<Zombie> zombies) {

    private static final Duration TICKS_AGAIN = Duration.ofSeconds(60);
    private static final String TENANT = "default";

    Scene(TestCluster cluster, Load load, Timeline timeline, Report report, long seed) {
        this(cluster, load, timeline, report, seed, new Random(seed), new ArrayList<>());
    }

    Instant note(String what, Object... values) {
        return timeline.note(what, values);
    }

    /** For as long as something is to last, with a word about it. */
    void letPass(Duration time, String why) {
        note("%s: %d s", why, time.toSeconds());
        Waiting.letPass(time);
    }

    /** Waits for the first tick of another scheduler than a node's of the moment. */
    Tick awaitTickFromOther(ClusterNode node, int life, Instant since) {
        Waiting.until(
                "a tick of another node than " + node,
                TICKS_AGAIN,
                () -> tickFromOther(node, life, since).isPresent());
        Tick first = tickFromOther(node, life, since).orElseThrow();
        timeline.noteAt(first.at(), "first tick of %s", first.node());
        return first;
    }

    /** The ticks since the beginning. */
    List<Tick> ticks() {
        return cluster.ticks().stream()
                .filter(it -> it.at().isAfter(timeline.beginning()))
                .toList();
    }

    private Optional<Tick> tickFromOther(ClusterNode node, int life, Instant since) {
        return Tick.firstAfter(
                cluster.ticks().stream()
                        .filter(it -> !it.node().equals(node.name()) || it.life() != life)
                        .toList(),
                since);
    }

    /** Waits until a life of a node has ended. Empty: it has not within the time. */
    Optional<ClusterNode.Life> awaitEnd(ClusterNode node, int life, Duration atMost) {
        try {
            Waiting.until(
                    node + " has ended",
                    atMost,
                    () -> node.lives().get(life - 1).ended().isPresent());
            return Optional.of(node.lives().get(life - 1));
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            report.violate("%s has not ended within %s", node, atMost);
            return Optional.empty();
        }
    }

    /** Waits until every node is ready and sees all of them up; the time since a moment is a figure. */
    void awaitWhole(String figure, Instant since, Duration atMost) {
        Instant whole = cluster.awaitWhole(Duration.ofSeconds(90));
        note("the cluster is whole");
        report.atMost(figure, Duration.between(since, whole), atMost);
    }

    /** Every node lives the life that it lived. */
    void requireSameLives(List<Integer> before) {
        List<Integer> now = lives();
        report.require(now.equals(before), "nodes were started anew: lives %s, before %s", now, before);
    }

    List<Integer> lives() {
        return cluster.nodes().stream().map(Scene::life).toList();
    }

    static int life(ClusterNode node) {
        return node.lives().size();
    }

    /** The conversations that live in some shards. */
    static Predicate<String> in(Set<Integer> shards) {
        return key -> shards.contains(new ConversationId(TENANT, key).slice());
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / (double) TimeUnit.SECONDS.toNanos(1);
    }
}

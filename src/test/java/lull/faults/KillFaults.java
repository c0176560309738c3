package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Nodes that end: as a crash does it, and as a rolling restart does it. */
final class KillFaults {

    private static final Duration FAILOVER = Duration.ofSeconds(30);
    private static final Duration LATEST = Duration.ofSeconds(35);
    private static final Duration REJOIN = Duration.ofSeconds(60);

    private KillFaults() {}

    /** The node with the scheduler is gone, and does not come back before another has taken over. */
    static final class KillSingleton implements Fault {
        @Override
        public String name() {
            return "kill-singleton";
        }

        @Override
        public Duration latenessBound() {
            return LATEST;
        }

        @Override
        public void strike(Scene scene) {
            ClusterNode node = scene.cluster().singleton();
            Instant killed = scene.note("kill -9 of %s, which has the singleton", node);
            node.killForNow();
            Tick first = scene.awaitTickFromOther(node, Scene.life(node), killed);
            scene.report().atMost("ticks again after", Duration.between(killed, first.at()), FAILOVER);
            Instant back = scene.note("%s may come back", node);
            node.start();
            scene.awaitWhole("rejoined after", back, REJOIN);
        }
    }

    /** Another node is gone: its conversations answer again elsewhere, and the others do not notice. */
    static final class KillOther implements Fault {

        /** Requests that had come to the node, and died with it. */
        private static final Duration UNDER_WAY = Duration.ofSeconds(3);

        @Override
        public String name() {
            return "kill-other";
        }

        @Override
        public Duration latenessBound() {
            return LATEST;
        }

        @Override
        public void strike(Scene scene) {
            ClusterNode node = scene.cluster().other(scene.cluster().singleton(), scene.random());
            var itsOwn = Scene.in(ClusterView.shards(node));
            scene.load().group("its own", itsOwn);
            scene.load().group("the others", itsOwn.negate());
            scene.load().mark("killed");
            Instant killed = scene.note("kill -9 of %s, which does not have the singleton", node);
            node.killForNow();
            scene.letPass(LATEST, "the others take over");
            LoadStats stats = scene.load().mark("taken over");
            LoadStats.Counts own = stats.groups().get("its own");
            LoadStats.Counts others = stats.groups().get("the others");
            scene.note("its own: %s", own);
            scene.note("the others: %s", others);
            own.lastFailure()
                    .ifPresent(
                            it -> scene.report().atMost("its own answer after", Duration.between(killed, it), LATEST));
            others.lastFailure()
                    .ifPresent(it ->
                            scene.report().atMost("the others failed until", Duration.between(killed, it), UNDER_WAY));
            scene.report().figure("others failed", others.failures(), "");
            scene.report().atMost("others silent for", others.longestSilence(), UNDER_WAY);
            Instant back = scene.note("%s may come back", node);
            node.start();
            scene.awaitWhole("rejoined after", back, REJOIN);
        }
    }

    /** Every node in turn is told to stop and comes back, three times over; nobody outside notices. */
    static final class RollingRestart implements Fault {

        private static final int ROUNDS = 3;
        private static final Duration TICK_GAP = Duration.ofSeconds(3);

        @Override
        public String name() {
            return "rolling-restart";
        }

        @Override
        public Duration latenessBound() {
            return Duration.ofSeconds(10);
        }

        @Override
        public void strike(Scene scene) {
            Instant begun = scene.note("rolling restart, %d rounds", ROUNDS);
            scene.load().mark("rolling");
            for (int round = 1; round <= ROUNDS; round++) {
                for (ClusterNode node : List.copyOf(scene.cluster().nodes())) {
                    Instant told = scene.note("round %d: SIGTERM to %s", round, node);
                    int exitCode = node.stop();
                    scene.report()
                            .require(
                                    exitCode == 128 + 15 || exitCode == 0,
                                    "%s, told to stop, ended with %d",
                                    node,
                                    exitCode);
                    Instant whole = scene.cluster().awaitWhole(Duration.ofSeconds(90));
                    scene.note(
                            "round %d: %s is back after %.1f s",
                            round, node, Scene.seconds(Duration.between(told, whole)));
                }
            }
            LoadStats stats = scene.load().mark("rolled");
            Instant end = scene.note("%s", stats);
            scene.report().atMost("failed requests", stats.failures(), 0, "");
            scene.report().figure("retried once", stats.retried(), "");
            scene.report().figure("p99", stats.latency().p99().toMillis(), "ms");
            scene.report().atMost("tick gap", Tick.longestGap(scene.ticks(), begun, end), TICK_GAP);
            scene.report()
                    .figure(
                            "a node's restart took",
                            Duration.between(begun, end)
                                    .dividedBy((long) ROUNDS
                                            * scene.cluster().nodes().size()));
        }
    }
}

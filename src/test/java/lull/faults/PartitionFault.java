package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The network between the nodes breaks; clients and PostgreSQL reach all of them. */
final class PartitionFault implements Fault {

    private static final Duration LASTS = Duration.ofSeconds(60);
    private static final Duration END = Duration.ofSeconds(45);
    private static final Duration FAILOVER = Duration.ofSeconds(30);
    private static final Duration REJOIN = Duration.ofSeconds(60);

    private final boolean oneWay;

    private PartitionFault(boolean oneWay) {
        this.oneWay = oneWay;
    }

    /** The node with the singleton is alone. */
    static Fault minority() {
        return new PartitionFault(false);
    }

    /** What one side sends is lost: which, the seed decides. */
    static Fault oneWay() {
        return new PartitionFault(true);
    }

    @Override
    public String name() {
        return oneWay ? "partition-one-way" : "partition-minority";
    }

    @Override
    public Duration latenessBound() {
        return Duration.ofSeconds(35);
    }

    @Override
    public void strike(Scene scene) {
        TestCluster cluster = scene.cluster();
        ClusterNode node = cluster.singleton();
        List<ClusterNode> others = cluster.others(node);
        int life = Scene.life(node);
        List<Network.Place> alone = List.of(node.place());
        List<Network.Place> together = TestCluster.places(others);
        Instant cut;
        if (!oneWay) {
            cut = scene.note("%s, which has the singleton, and %s are cut off from one another", node, others);
            Network.cut(alone, together);
        } else if (scene.random().nextBoolean()) {
            cut = scene.note("what %s, which has the singleton, sends to %s is lost", node, others);
            Network.cutOneWay(alone, together);
        } else {
            cut = scene.note("what %s send to %s, which has the singleton, is lost", others, node);
            Network.cutOneWay(together, alone);
        }
        Tick first = scene.awaitTickFromOther(node, life, cut);
        scene.report().atMost("ticks again after", Duration.between(cut, first.at()), FAILOVER);
        scene.awaitEnd(node, life, END)
                .flatMap(ClusterNode.Life::ended)
                .ifPresent(it -> scene.report().figure("the minority ended after", Duration.between(cut, it)));
        Waiting.letPass(Duration.between(Instant.now(), cut.plus(LASTS)));
        Instant healed = scene.note("healed");
        cluster.network().heal();
        scene.awaitWhole("whole again after", healed, REJOIN);
        for (ClusterNode other : others) {
            scene.report()
                    .require(other.lives().get(Scene.life(other) - 1).started().isBefore(cut), "%s ended too", other);
        }
        List<Tick> ticks = scene.ticks();
        scene.report().figure("tick gap", Tick.longestGap(ticks, cut.minusSeconds(2), Instant.now()));
        Tick.twoAtOnce(ticks).ifPresent(it -> scene.report().violate("two schedulers at once: %s", it));
    }
}

package lull.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import lull.domain.ConversationId;

/** Nodes and their PostgreSQL, each in its place on the network. */
final class TestCluster implements AutoCloseable {

    private static final Duration FORMED = Duration.ofSeconds(120);
    private static final int POSTGRES_HOST = 10;

    private final Path directory;
    private final Network network;
    private final PostgresServer postgres;
    private final List<ClusterNode> nodes = new ArrayList<>();
    private final Teller teller = new Teller();
    private final Watch watch;

    /** What is seen goes to the time line of the fault of the moment. */
    private static final class Teller implements ClusterNode.Witness {
        private volatile Timeline timeline = new Timeline("start");

        @Override
        public void started(ClusterNode node, ClusterNode.Life life) {
            timeline.noteAt(life.started(), "%s starts, life %d", node, life.number());
        }

        @Override
        public void ended(ClusterNode node, ClusterNode.Life life) {
            timeline.noteAt(life.ended().orElseThrow(), "%s has ended with %d", node, life.exitCode());
        }
    }

    /**
     * Starts everything and waits until the nodes are one cluster.
     *
     * @param directory for data and logs, created
     * @param jar of the program
     * @param size how many nodes
     * @param settings of the nodes, beside those that say where they are
     */
    static TestCluster start(Path directory, Path jar, int size, Map<String, String> settings) throws IOException {
        TestCluster cluster = new TestCluster(directory, jar, size, settings);
        try {
            cluster.nodes.forEach(ClusterNode::start);
            cluster.awaitWhole(FORMED);
            StorageNotes.install(cluster.postgres.url(), cluster.postgres.user(), cluster.postgres.password());
            return cluster;
        } catch (SQLException e) {
            cluster.close();
            throw new IllegalStateException(e);
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private TestCluster(Path directory, Path jar, int size, Map<String, String> settings) throws IOException {
        this.directory = Files.createDirectories(directory);
        network = new Network();
        postgres = new PostgresServer(directory.resolve("postgres"), network.place("postgres", POSTGRES_HOST));
        List<Network.Place> places = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            places.add(network.place("node" + i, POSTGRES_HOST + i));
        }
        String contactPoints = places.stream()
                .map(it -> it.address() + ":" + ClusterNode.MANAGEMENT_PORT)
                .collect(Collectors.joining(","));
        for (Network.Place place : places) {
            Map<String, String> all = new HashMap<>(settings);
            all.putAll(postgres.settings());
            all.put("LULL_CONTACT_POINTS", contactPoints);
            all.put("LULL_HTTP_INTERFACE", place.address());
            all.put("LULL_HTTP_PORT", Integer.toString(ClusterNode.API_PORT));
            all.put("LULL_MANAGEMENT_INTERFACE", place.address());
            all.put("LULL_MANAGEMENT_PORT", Integer.toString(ClusterNode.MANAGEMENT_PORT));
            all.put("LULL_REMOTING_INTERFACE", place.address());
            all.put("LULL_REMOTING_PORT", Integer.toString(ClusterNode.REMOTING_PORT));
            nodes.add(new ClusterNode(place, directory, command(directory, jar, place.name()), all, teller));
        }
        watch = new Watch(nodes, it -> teller.timeline.note("%s", it));
    }

    /** With the heap and the collector of k8s/base. */
    private static List<String> command(Path directory, Path jar, String name) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms665m",
                "-Xmx665m",
                "-XX:+UseG1GC",
                "-XX:MaxGCPauseMillis=20",
                GarbageLog.option(directory, name),
                "-jar",
                jar.toString());
    }

    /** From now on what is seen is told there. */
    void tell(Timeline timeline) {
        teller.timeline = timeline;
    }

    List<ClusterNode> nodes() {
        return nodes;
    }

    PostgresServer postgres() {
        return postgres;
    }

    Network network() {
        return network;
    }

    /** Waits until every node runs, is ready, and sees all of them up. Returns the moment. */
    Instant awaitWhole(Duration atMost) {
        return Waiting.until("every node is ready and sees all of them up", atMost, this::isWhole);
    }

    /**
     * Waits until each node has its share of the conversations. A shard that is on its way when a node is lost waits for that node to be
     * removed, wherever it came from.
     */
    Instant awaitEven(Duration atMost) {
        int share = ConversationId.SLICES / nodes.size();
        return Waiting.until(
                "every node has at least " + share + " shards",
                atMost,
                () -> nodes.stream().allMatch(it -> ClusterView.shards(it).size() >= share));
    }

    boolean isWhole() {
        return nodes.stream()
                .allMatch(it -> it.isAlive()
                        && ClusterView.of(it)
                                .filter(view -> view.isComplete(nodes.size()))
                                .isPresent()
                        && ClusterView.isReady(it));
    }

    /** The node that has the scheduler: every node that answers says the same. */
    ClusterNode singleton() {
        List<String> oldest = nodes.stream()
                .map(ClusterView::of)
                .flatMap(Optional::stream)
                .map(ClusterView::oldest)
                .flatMap(Optional::stream)
                .distinct()
                .toList();
        if (oldest.size() != 1) {
            throw new IllegalStateException("the nodes do not agree on the oldest: " + oldest);
        }
        return nodes.stream()
                .filter(it -> it.place().address().equals(oldest.get(0)))
                .findFirst()
                .orElseThrow();
    }

    List<ClusterNode> others(ClusterNode node) {
        return nodes.stream().filter(it -> it != node).toList();
    }

    /** Any node but one. */
    ClusterNode other(ClusterNode node, Random random) {
        List<ClusterNode> others = others(node);
        return others.get(random.nextInt(others.size()));
    }

    static List<Network.Place> places(List<ClusterNode> nodes) {
        return nodes.stream().map(ClusterNode::place).toList();
    }

    /** The most megabytes that were left in any heap after a collection since a moment. */
    int mostHeap(Instant since) {
        return GarbageLog.most(directory, since);
    }

    /** Nothing is paused, cut or slowed any more. */
    void repair() {
        network.heal();
        nodes.stream().filter(ClusterNode::isAlive).forEach(ClusterNode::resume);
        nodes.forEach(ClusterNode::start);
        postgres.repair();
    }

    /** The files, sockets and pipes that each node that runs has open. */
    List<Integer> openFiles() {
        return nodes.stream()
                .filter(ClusterNode::isAlive)
                .map(ClusterNode::openFiles)
                .toList();
    }

    /** What the load goes to. */
    List<Load.Target> targets() {
        return nodes.stream()
                .map(it -> new Load.Target(it.name(), it.api(), it.management()))
                .toList();
    }

    List<Tick> ticks() {
        return Tick.of(nodes);
    }

    List<Path> logs() {
        return nodes.stream()
                .flatMap(it -> it.lives().stream())
                .map(ClusterNode.Life::log)
                .toList();
    }

    @Override
    public void close() {
        watch.close();
        nodes.forEach(ClusterNode::close);
        postgres.close();
        network.close();
        postgres.delete();
    }
}

package lull.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The storm with one, two and three nodes, each a process of its own, on this machine and one PostgreSQL. */
final class Nodes implements Measurement {

    private static final int MOST = 3;

    /** More than elsewhere, as each process is new. Of as many conversations for each node as are then measured for all. */
    private static final int WARM_UPS = 10;

    /** As many as fit into the memory of one. */
    private static final int MOST_RUNS = 5;

    /**
     * All of it from the start, and a young generation larger than what a run allocates: with a collection before each run there is none in
     * it. Otherwise one process would have one in most runs and each of three in some.
     */
    private static final String[] HEAP = {"-Xms5g", "-Xmx5g", "-Xmn2g"};

    private static final Duration IDLE_AFTER = Duration.ofMinutes(15);

    @Override
    public Set<String> names() {
        return Set.of("nodes");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        Path home = bench.home().resolve("nodes");
        Instant written = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(365));
        int due = bench.sized(50_000, 5_000);
        try (NodeProcess first = NodeProcess.launch(home, NodeSettings.externalClock(), "")) {
            first.awaitReady();
            Commits.note(first);
            Workbench.execute(first, "alter system set shared_preload_libraries = 'pg_stat_statements'");
            Workbench.execute(first, "create extension pg_stat_statements");
        }
        List<Double> alone = new ArrayList<>();
        for (int nodes = 1; nodes <= MOST; nodes++) {
            try (Together together = Together.start(home, nodes)) {
                bench.say("warming up: nodes, " + nodes);
                for (int i = 1; i <= bench.sized(WARM_UPS, 1); i++) {
                    together.strike("warm-up-" + i + "-for-" + nodes, nodes * due, written);
                }
                for (int run = 0; run < Math.min(MOST_RUNS, bench.runs()); run++) {
                    Taken taken = together.strike("nodes-" + nodes + "-" + run, due, written);
                    double rate = due / taken.seconds();
                    if (nodes == 1) {
                        alone.add(rate);
                    }
                    note(bench, nodes, due, taken, rate / alone.get(run));
                }
            }
        }
    }

    /** All stay in memory, so that no process is charged with letting go of those it was warmed up with. */
    private static NodeSettings settings() {
        return NodeSettings.externalClock().with("lull.resident-conversations", "1000000");
    }

    private static void note(Workbench bench, int nodes, int due, Taken taken, double ratio) {
        String name = "nodes: storm with " + nodes;
        String how = String.format(
                Locale.ROOT,
                "%,d due, none of them in memory, %d node(s) as processes with one PostgreSQL, no collection meanwhile; POST /v1/ticks"
                        + " to one, until in the read model",
                due,
                nodes);
        Figures figures = bench.figures();
        figures.add(name, "timeouts/s", due / taken.seconds(), how);
        if (nodes > 1) {
            figures.add(name + " to one", "ratio", ratio, "of the rates");
        }
        double all = 0;
        for (int i = 0; i < nodes; i++) {
            double each = taken.nodeNanos().get(i) / 1e3 / due;
            figures.add(name + ": CPU of node " + (i + 1), "µs/timeout", each, "its process");
            all += each;
        }
        double postgres = taken.postgresNanos() / 1e3 / due;
        figures.add(name + ": CPU of PostgreSQL", "µs/timeout", postgres, "its processes");
        figures.add(name + ": statements", "1/timeout", taken.statements() / due, "pg_stat_statements");
        figures.add(
                name + ": cores of nodes that one of PostgreSQL feeds",
                "",
                all / postgres,
                "CPU of the nodes by that of PostgreSQL");
        bench.say(String.format(
                Locale.ROOT,
                "%s: %,.0f timeouts/s, %.2f of one; µs of CPU each: nodes %.0f, PostgreSQL %.0f",
                name,
                due / taken.seconds(),
                ratio,
                all,
                postgres));
    }

    private record Taken(double seconds, List<Long> nodeNanos, long postgresNanos, double statements) {}

    /** The nodes of one cluster. */
    private record Together(List<NodeProcess> nodes) implements AutoCloseable {

        static Together start(Path home, int count) throws IOException {
            Together all = new Together(new ArrayList<>());
            try {
                String contactPoints = "";
                for (int i = 0; i < count; i++) {
                    NodeProcess node = NodeProcess.launch(home, settings(), contactPoints, HEAP);
                    all.nodes.add(node);
                    if (i == 0) {
                        node.awaitReady();
                        contactPoints = node.contactPoint();
                    }
                }
                all.nodes.forEach(NodeProcess::awaitReady);
                return all;
            } catch (IOException | RuntimeException e) {
                all.close();
                throw e;
            }
        }

        Taken strike(String prefix, int due, Instant written) throws Exception {
            NodeProcess first = nodes.get(0);
            first.open(prefix, written);
            Copies.fill(first, prefix, due);
            Workbench.quietStore(first);
            for (NodeProcess node : nodes) {
                node.collect();
            }
            Workbench.execute(first, "select pg_stat_statements_reset()");
            List<Long> before = nodes.stream().map(NodeProcess::cpuNanos).toList();
            long postgres = Cpu.ofPostgres(first);
            Instant start = Instant.now();
            first.post("/v1/ticks", "{\"now\":\"" + written.plus(IDLE_AFTER) + "\"}");
            first.awaitRows("id like ? and state = 2", Workbench.like(prefix), due);
            List<Long> used = new ArrayList<>();
            for (int i = 0; i < nodes.size(); i++) {
                used.add(nodes.get(i).cpuNanos() - before.get(i));
            }
            postgres = Cpu.ofPostgres(first) - postgres;
            double statements = Workbench.numbers(first, "select sum(calls) from pg_stat_statements")
                    .get(0);
            Duration taken = Duration.between(start, Commits.last(first, prefix));
            Strike.verify(first, prefix, due);
            return new Taken(taken.toNanos() / 1e9, used, postgres, statements);
        }

        /** The first last, since its PostgreSQL is that of all. */
        @Override
        public void close() {
            for (int i = nodes.size() - 1; i >= 0; i--) {
                nodes.get(i).close();
            }
        }
    }
}

package lull.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import lull.domain.Policy;

/**
 * The faults, one after the other, within a network of this process's own. {@link FaultsIT} starts it where that is; it ends with 1 if a
 * fault did more harm than it may.
 *
 * <p>Arguments: {@code --fault} one name, several with commas, or {@code all}; {@code --seed} a number; {@code --duration} of the soak,
 * {@code PT20M}; {@code --nodes}, 3; {@code --timed}, whether what takes too long fails, {@code true}; {@code --jar} the program; {@code --directory} for everything that is kept.
 */
final class FaultSuite {

    /** What every build goes through: all but the soak, which is for a machine that has nothing else to do. */
    static final String BUILD = "build";

    private static final Map<String, String> SETTINGS = Map.of(
            "LULL_TICK", "PT1S",
            "LULL_IDLE_AFTER", "PT5S",
            "LULL_EXPIRE_AFTER", "PT5S",
            "LULL_PENDING_EXPIRE_AFTER", "PT10S",
            "LULL_DRAIN", "PT2S");

    private FaultSuite() {}

    /** In the order in which they strike. */
    static List<Fault> faults(Duration soak) {
        return List.of(
                new KillFaults.KillSingleton(),
                new KillFaults.KillOther(),
                new KillFaults.RollingRestart(),
                new PauseFault(5),
                new PauseFault(30),
                new PauseFault(60),
                PartitionFault.minority(),
                PartitionFault.oneWay(),
                new DatabaseFaults.CutDatabase(),
                new DatabaseFaults.Restart(PostgresServer.Stop.FAST),
                new DatabaseFaults.Restart(PostgresServer.Stop.IMMEDIATE),
                new DatabaseFaults.SlowCommit(),
                new DatabaseFaults.StalledCommit(),
                new SoakFault(soak),
                new BurstFault());
    }

    /** Those that are asked for. */
    static List<Fault> faults(String names, Duration soak) {
        Map<String, Fault> all = new LinkedHashMap<>();
        faults(soak).forEach(it -> all.put(it.name(), it));
        if (names.equals(BUILD)) {
            all.remove("soak");
        }
        if (names.equals(BUILD) || names.equals("all")) {
            return List.copyOf(all.values());
        }
        List<Fault> chosen = new ArrayList<>();
        for (String name : names.split(",")) {
            chosen.add(Optional.ofNullable(all.get(name))
                    .orElseThrow(() ->
                            new IllegalArgumentException("there is no fault " + name + ", only " + all.keySet())));
        }
        return chosen;
    }

    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        boolean passed = new Suite(
                        Path.of(options.get("--directory")).toAbsolutePath(),
                        Long.parseLong(options.get("--seed")),
                        Integer.parseInt(options.getOrDefault("--nodes", "3")),
                        Boolean.parseBoolean(options.getOrDefault("--timed", "true")))
                .run(
                        Path.of(options.get("--jar")),
                        faults(options.getOrDefault("--fault", "all"), Duration.parse(options.get("--duration"))));
        // Whatever still runs here ends with us.
        System.exit(passed ? 0 : 1);
    }

    /** @param directory has to be new */
    private record Suite(Path directory, long seed, int nodes, boolean timed) {

        boolean run(Path jar, List<Fault> faults) throws IOException {
            Files.createDirectories(directory);
            // A build may replace the jar meanwhile.
            Path copy = Files.copy(jar, directory.resolve("lull.jar"), StandardCopyOption.REPLACE_EXISTING);
            Lane lane = new Lane(this, copy);
            for (Fault fault : faults) {
                lane.run(fault);
            }
            lane.end();
            return lane.passed;
        }
    }

    /** A cluster after the other, each for as many faults as it fits and survives. */
    private static final class Lane {
        private final Suite suite;
        private final Path jar;
        private Optional<Setting> current = Optional.empty();
        private CompletableFuture<Void> judgement = CompletableFuture.completedFuture(null);
        private volatile boolean passed = true;

        Lane(Suite suite, Path jar) {
            this.suite = suite;
            this.jar = jar;
        }

        /** A fault is judged while the cluster warms up for the next, which does not strike before. */
        void run(Fault fault) throws IOException {
            if (current.isPresent() && !current.get().fits(fault)) {
                end();
            }
            if (current.isEmpty()) {
                current = Optional.of(start(fault));
            }
            FaultRun run = new FaultRun(
                    fault,
                    suite.seed(),
                    suite.timed(),
                    current.get().cluster(),
                    current.get().policy(),
                    suite.directory().resolve(fault.name()));
            boolean survived = run.strike(judgement::join);
            judgement.join();
            judgement =
                    CompletableFuture.runAsync(() -> conclude(fault, run), task -> new Thread(task, "judge").start());
            if (!survived) {
                // What is wrong with this cluster is not to count against the next fault.
                end();
            }
        }

        private void conclude(Fault fault, FaultRun run) {
            Report report = run.judge();
            report.append(suite.directory().getParent());
            Console.say(String.join("\n", report.lines()) + "\n" + FaultsIT.END + fault.name());
            passed &= report.passed();
        }

        void end() {
            judgement.join();
            current.ifPresent(it -> it.cluster().close());
            current = Optional.empty();
        }

        private Setting start(Fault fault) throws IOException {
            Map<String, String> settings = new HashMap<>(SETTINGS);
            settings.putAll(fault.settings());
            TestCluster cluster = TestCluster.start(
                    suite.directory().resolve("cluster-of-" + fault.name()), jar, suite.nodes(), settings);
            return new Setting(cluster, settings);
        }
    }

    /** A cluster and what it was started with. */
    private record Setting(TestCluster cluster, Map<String, String> settings) {

        boolean fits(Fault fault) {
            Map<String, String> wanted = new HashMap<>(SETTINGS);
            wanted.putAll(fault.settings());
            return settings.equals(wanted);
        }

        Policy policy() {
            return new Policy(
                    Duration.parse(settings.get("LULL_IDLE_AFTER")),
                    Optional.of(Duration.parse(settings.get("LULL_EXPIRE_AFTER"))),
                    Optional.of(Duration.parse(settings.get("LULL_PENDING_EXPIRE_AFTER"))),
                    Policy.DEFAULT.maxAge());
        }
    }
}

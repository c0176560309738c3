package lull.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import lull.domain.Policy;

/**
 * The faults, on up to two clusters at a time, within a network of this process's own. {@link FaultsIT} starts it where that is; it ends with 1 if a
 * fault did more harm than it may.
 *
 * <p>Arguments: {@code --fault} one name, several with commas, or {@code all}; {@code --seed} a number; {@code --duration} of the soak,
 * {@code PT20M}; {@code --nodes}, 3; {@code --jar} the program; {@code --directory} for everything that is kept.
 */
final class FaultSuite {

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
        if (names.equals("all")) {
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
                        Integer.parseInt(options.getOrDefault("--nodes", "3")))
                .run(
                        Path.of(options.get("--jar")),
                        faults(options.getOrDefault("--fault", "all"), Duration.parse(options.get("--duration"))));
        // Whatever still runs here ends with us.
        System.exit(passed ? 0 : 1);
    }

    /** @param directory has to be new */
    private record Suite(Path directory, long seed, int nodes) {

        /** So many clusters at a time, for the faults that do not mind: most of their time they wait. */
        private static final int LANES = 2;

        boolean run(Path jar, List<Fault> faults) throws IOException {
            Files.createDirectories(directory);
            // A build may replace the jar meanwhile.
            Path copy = Files.copy(jar, directory.resolve("lull.jar"), StandardCopyOption.REPLACE_EXISTING);
            Queue<Fault> waiting = new ConcurrentLinkedQueue<>(
                    faults.stream().filter(it -> !it.isAlone()).toList());
            List<Lane> lanes = IntStream.range(0, Math.min(LANES, waiting.size()))
                    .mapToObj(it -> new Lane(this, copy, it))
                    .toList();
            CompletableFuture.allOf(lanes.stream()
                            .map(lane -> CompletableFuture.runAsync(
                                    () -> lane.runAll(waiting), task -> new Thread(task).start()))
                            .toArray(CompletableFuture[]::new))
                    .join();
            Lane alone = new Lane(this, copy, LANES);
            alone.runAll(new ConcurrentLinkedQueue<>(
                    faults.stream().filter(Fault::isAlone).toList()));
            return alone.passed && lanes.stream().allMatch(it -> it.passed);
        }
    }

    /** A cluster after the other, each for as many faults as it fits and survives. */
    private static final class Lane {
        private final Suite suite;
        private final Path jar;
        private final int number;
        private Optional<Setting> current = Optional.empty();
        private boolean passed = true;

        Lane(Suite suite, Path jar, int number) {
            this.suite = suite;
            this.jar = jar;
            this.number = number;
        }

        void runAll(Queue<Fault> faults) {
            try {
                for (Fault fault = faults.poll(); fault != null; fault = faults.poll()) {
                    run(fault);
                }
                end();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void run(Fault fault) throws IOException {
            if (current.isPresent() && !current.get().fits(fault)) {
                end();
            }
            if (current.isEmpty()) {
                current = Optional.of(start(fault));
            }
            Report report = new FaultRun(
                            fault,
                            suite.seed(),
                            current.get().cluster(),
                            current.get().policy(),
                            suite.directory().resolve(fault.name()))
                    .run();
            report.append(suite.directory().getParent());
            Console.say(String.join("\n", report.lines()) + "\n" + FaultsIT.END + fault.name());
            passed &= report.passed();
            if (!report.passed()) {
                // What is wrong with this cluster is not to count against the next fault.
                end();
            }
        }

        private void end() {
            current.ifPresent(it -> it.cluster().close());
            current = Optional.empty();
        }

        private Setting start(Fault fault) throws IOException {
            Map<String, String> settings = new HashMap<>(SETTINGS);
            settings.putAll(fault.settings());
            TestCluster cluster = TestCluster.start(
                    number, suite.directory().resolve("cluster-of-" + fault.name()), jar, suite.nodes(), settings);
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

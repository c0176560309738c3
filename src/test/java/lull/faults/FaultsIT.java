package lull.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import lull.acceptance.Undertaker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The fault suite: {@link FaultSuite} in a process that has its own network and its own process ids, and one test for each fault. System
 * properties: {@code fault} (a name, several with commas, all, or build: all but the soak), {@code seed}, {@code duration} of the soak.
 */
class FaultsIT {

    /** How the suite ends what it says about a fault; the fault's name follows. */
    static final String END = "END ";

    /** The same in every build: one that fails fails because of a change. Whoever asks for a fault by name gets another each time. */
    private static final long BUILD_SEED = 737850;

    /** Among all the others; alone it takes {@link #LONG_SOAK}. */
    private static final String SHORT_SOAK = "PT1M30S";

    private static final String LONG_SOAK = "PT20M";
    private static final Path DIRECTORY = Path.of("target", "faults");

    /** Its network and its process ids are its own; it ends with its parent, and everything in it ends with it. */
    private static final List<String> APART =
            List.of("unshare", "--net", "--pid", "--fork", "--mount-proc", "--kill-child=KILL");

    private static Optional<Process> suite = Optional.empty();

    @TestFactory
    Stream<DynamicTest> faults() throws IOException {
        String names = System.getProperty("fault", FaultSuite.BUILD);
        // How long something took decides only where somebody has asked for it by name, on a quiet machine.
        boolean timed = System.getProperty("fault") != null;
        String soak = System.getProperty("duration", names.equals("soak") ? LONG_SOAK : SHORT_SOAK);
        List<Fault> faults = FaultSuite.faults(names, Duration.parse(soak));
        requirePowers();
        long seed = Long.getLong("seed", timed ? ThreadLocalRandom.current().nextLong(1, 1_000_000) : BUILD_SEED);
        Map<String, CompletableFuture<List<String>>> verdicts = new LinkedHashMap<>();
        faults.forEach(it -> verdicts.put(it.name(), new CompletableFuture<>()));
        start(names, seed, timed, soak, verdicts);
        return faults.stream()
                .map(it -> DynamicTest.dynamicTest(it.name(), () -> {
                    List<String> verdict = verdicts.get(it.name()).join();
                    assertThat(verdict.get(0)).as(String.join("\n", verdict)).startsWith("PASS ");
                }));
    }

    private static void requirePowers() {
        List<String> trial = new ArrayList<>(APART);
        trial.addAll(List.of(
                "sh",
                "-c",
                "ip link add lull0 type bridge && nft add table ip lull && unshare --net true && nsenter -V"));
        try {
            Shell.run(trial);
        } catch (RuntimeException e) {
            String why = "THE FAULT SUITE IS SKIPPED. It needs Linux, root, util-linux, iproute2 and nftables: "
                    + e.getMessage();
            System.out.println(why);
            abort(why);
        }
    }

    private static void start(
            String names, long seed, boolean timed, String soak, Map<String, CompletableFuture<List<String>>> verdicts)
            throws IOException {
        Path jar = Path.of(System.getProperty("lull.jar", "target/lull.jar"));
        List<String> command = new ArrayList<>(APART);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                FaultSuite.class.getName(),
                "--fault",
                names,
                "--seed",
                Long.toString(seed),
                "--timed",
                Boolean.toString(timed),
                "--duration",
                soak,
                "--jar",
                jar.toString(),
                "--directory",
                DIRECTORY.resolve("run-" + Instant.now().getEpochSecond()).toString()));
        Process process = Undertaker.start(new ProcessBuilder(command).redirectErrorStream(true));
        suite = Optional.of(process);
        Thread reader = new Thread(() -> read(process, verdicts), "fault-suite");
        reader.setDaemon(true);
        reader.start();
    }

    /** Passes on what it says, and gathers each verdict. */
    private static void read(Process process, Map<String, CompletableFuture<List<String>>> verdicts) {
        List<String> verdict = new ArrayList<>();
        try (BufferedReader said = process.inputReader()) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                System.out.println(line);
                if (line.startsWith("PASS ") || line.startsWith("FAIL ") || !verdict.isEmpty()) {
                    verdict.add(line);
                }
                if (line.startsWith(END) && !verdict.isEmpty()) {
                    verdicts.get(line.substring(END.length())).complete(List.copyOf(verdict));
                    verdict.clear();
                }
            }
        } catch (IOException e) {
            System.out.println("the fault suite is not heard any more: " + e);
        }
        IllegalStateException ended =
                new IllegalStateException("the fault suite has ended without a verdict, see above");
        verdicts.values().forEach(it -> it.completeExceptionally(ended));
    }

    @AfterAll
    static void end() throws InterruptedException {
        if (suite.isPresent() && !suite.get().waitFor(30, TimeUnit.SECONDS)) {
            suite.get().destroyForcibly().waitFor();
        }
    }
}

package lull.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lull.domain.Policy;

/** One fault from beginning to verdict: load, fault, calm, silence, and the look at what is on record. */
final class FaultRun {

    private static final Duration WHOLE = Duration.ofSeconds(120);
    private static final Duration INTERVAL = Duration.ofSeconds(4);

    /** A cluster that has just started, or has lost nodes, has code to compile and shards to move; on two cores that takes its time. */
    private static final Duration STEADY = Duration.ofSeconds(60);

    private static final Duration STEADY_P99 = Duration.ofMillis(500);
    private static final Duration CALM = Duration.ofSeconds(30);

    /** What is later than this is not late, but lost. */
    private static final Duration GENEROUS = Duration.ofMinutes(2);

    private static final int RATE = 200;
    private static final int CONVERSATIONS = 2_000;

    /**
     * Enough for all requests to wait as long as a node lets them, and fewer than a node takes connections (4096): what waits to be taken is
     * carried out when its sender has long gone.
     */
    static final int IN_FLIGHT = 3_000;

    private static final int LARGEST_HEAP = 560;
    private static final int SHOWN_LOG_LINES = 60;

    private final Fault fault;
    private final long seed;
    private final boolean timed;
    private final TestCluster cluster;
    private final Policy policy;
    private final Path directory;
    private final Timeline timeline;
    private final Report report;
    private List<Path> logs = List.of();
    private Optional<Evidence> evidence = Optional.empty();

    /**
     * @param timed whether it must be quick enough too
     * @param policy of the cluster
     * @param directory of this run: created
     */
    FaultRun(Fault fault, long seed, boolean timed, TestCluster cluster, Policy policy, Path directory)
            throws IOException {
        this.fault = fault;
        this.seed = seed;
        this.cluster = cluster;
        this.policy = policy;
        this.directory = Files.createDirectories(directory);
        this.timeline = new Timeline(fault.name());
        this.report = new Report(fault.name(), seed, timed);
        this.timed = timed;
    }

    /**
     * Breaks what is to be broken, under load. It throws nothing because of what became of the cluster.
     *
     * @param ready called once the load goes through, before the fault strikes
     * @return whether everything was as it must be, so far
     */
    boolean strike(Runnable ready) {
        cluster.tell(timeline);
        timeline.note("seed %d", seed);
        try {
            cluster.awaitWhole(WHOLE);
            LoadPlan plan = new LoadPlan(seed, RATE, CONVERSATIONS, fault.name() + "-" + seed, IN_FLIGHT);
            try (Load load = Load.start(plan, cluster.targets(), directory.resolve("load.jsonl"))) {
                underLoad(load, ready);
            }
        } catch (Exception | AssertionError e) {
            broken("the run", e);
        }
        logs = cluster.logs();
        report.figure("heap left at most", cluster.mostHeap(timeline.beginning()), "MB");
        return report.passed();
    }

    private void broken(String what, Throwable failure) {
        report.violate("%s broke off: %s", what, failure);
        failure.printStackTrace(System.out);
    }

    /** Looks at what is on record. To be called while the cluster is there, by any thread. */
    Report judge() {
        try {
            evidence.ifPresent(this::judge);
        } catch (RuntimeException e) {
            broken("the judgement", e);
        }
        if (!report.passed()) {
            showLogs();
        }
        return report;
    }

    private void underLoad(Load load, Runnable ready) {
        timeline.note("load: %d messages/s over %,d conversations", RATE, CONVERSATIONS);
        Instant steady = awaitCalm(load, STEADY, true);
        timeline.noteAt(steady, "the load goes through without a failure");
        timeline.noteAt(cluster.awaitEven(STEADY), "every node has its share of the shards");
        ready.run();
        load.mark("fault");
        Instant begun = Instant.now();

        Scene scene = new Scene(cluster, load, timeline, report, seed);
        try {
            fault.strike(scene);
        } catch (Exception | AssertionError e) {
            broken("the fault", e);
        } finally {
            cluster.repair();
        }

        cluster.awaitWhole(WHOLE);
        Instant healed = Instant.now();
        Instant calm = awaitCalm(load, CALM, false);
        report.atMost("calm after", Duration.between(healed, calm), fault.calmWithin());

        LoadLog log = load.stop();
        total(log.intervals().stream()
                .filter(it -> !it.since().isBefore(begun.minusSeconds(1)))
                .toList());
        timeline.note("the load has ended");
        PostgresServer postgres = cluster.postgres();
        evidence = Optional.of(new Evidence(
                log,
                cluster.nodes().get(0).api(),
                postgres.url(),
                postgres.user(),
                postgres.password(),
                policy,
                cluster.logs(),
                timed ? fault.latenessBound() : GENEROUS,
                scene.zombies(),
                healed));
    }

    /**
     * Waits for an interval without a failure.
     *
     * @param quick whether its answers have to come quickly too
     * @return when it began
     */
    private Instant awaitCalm(Load load, Duration atMost, boolean quick) {
        Instant end = Instant.now().plus(atMost);
        load.mark("calm");
        while (true) {
            Waiting.letPass(INTERVAL);
            LoadStats stats = load.mark("calm");
            boolean through = stats.failures() == 0 && stats.acknowledged() >= RATE * INTERVAL.toSeconds() / 2;
            if (through && (!quick || stats.latency().p99().compareTo(STEADY_P99) < 0)) {
                timeline.note("%s", stats.all());
                return stats.since();
            }
            if (through && Instant.now().isAfter(end)) {
                timeline.note("slow all the same, after %s: %s", atMost, stats.all());
                return stats.since();
            }
            if (Instant.now().isAfter(end)) {
                report.late("there was no calm within " + atMost + ", at last " + stats.all());
                return Instant.now();
            }
        }
    }

    private void total(List<LoadStats> intervals) {
        report.figure("requests", intervals.stream().mapToLong(LoadStats::sent).sum(), "");
        report.figure(
                "failed", intervals.stream().mapToLong(LoadStats::failures).sum(), "");
        report.figure(
                "of them unknown",
                intervals.stream().mapToLong(LoadStats::unknown).sum(),
                "");
        report.figure(
                "longest silence",
                intervals.stream()
                        .map(LoadStats::longestSilence)
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO));
        for (Outcome never : List.of(Outcome.ERROR, Outcome.REFUSED)) {
            long times = intervals.stream()
                    .mapToLong(it -> it.failed().getOrDefault(never, 0L))
                    .sum();
            report.require(times == 0, "%d requests were answered with %s", times, never);
        }
        report.require(cluster.mostHeap(timeline.beginning()) <= LARGEST_HEAP, "a heap is nearly full");
    }

    private void judge(Evidence seen) {
        Verdict verdict = Checker.check(seen);
        verdict.toString().lines().forEach(Console::say);
        for (Verdict.Result result : verdict.results()) {
            report.require(
                    result.ok(),
                    "%s, %s: %d of %d, such as %s",
                    result.invariant().number(),
                    result.invariant().sentence(),
                    result.violations(),
                    result.checked(),
                    result.examples());
        }
        verdict.figures().forEach((name, value) -> report.note(name, value));
        timeline.note("the histories are judged");
    }

    /** What the nodes complained of meanwhile. */
    private void showLogs() {
        for (Path log : logs) {
            try (Stream<String> lines = Files.lines(log)) {
                List<String> warnings = lines.filter(it -> it.matches("\\S+Z (WARN|ERROR) .*"))
                        .filter(it -> it.substring(0, it.indexOf(' '))
                                        .compareTo(timeline.beginning().toString())
                                >= 0)
                        .toList();
                if (!warnings.isEmpty()) {
                    Console.say("--- " + log + ": " + warnings.size() + " warnings and errors, the first of them:");
                    warnings.stream().limit(SHOWN_LOG_LINES).forEach(Console::say);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

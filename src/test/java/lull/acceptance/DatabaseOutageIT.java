package lull.acceptance;

import static lull.model.Differences.mustBeEqual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lull.acceptance.Load.Kind;
import lull.acceptance.Load.Sent;
import lull.model.Limits;
import lull.model.Line;
import lull.model.SlowModel;
import lull.model.Transition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A database that goes away under load and comes back, by refusing and by falling silent. The system property {@code
 * lull.outage} says for how long it is gone, PT20S otherwise.
 */
class DatabaseOutageIT {

    private static final Duration OUTAGE = Duration.parse(System.getProperty("lull.outage", "PT20S"));
    private static final Duration WARM_UP = Duration.ofSeconds(6);
    private static final Duration AFTERWARDS = Duration.ofSeconds(15);

    /** What is promised, and what a busy machine may add to it. */
    private static final Duration ANSWER = Duration.ofSeconds(10).plusSeconds(3);

    private static final Duration RECOVERY = Duration.ofSeconds(30);
    private static final int CONVERSATIONS = 200;
    private static final int MESSAGES_PER_SECOND = 100;
    private static final int MOST_LOG_LINES_A_SECOND = 20;
    private static final int MOST_NEW_THREADS = 60;
    private static final Limits LIMITS = new Limits(
            Duration.ofSeconds(4),
            Optional.of(Duration.ofSeconds(3)),
            Optional.of(Duration.ofSeconds(10)),
            Optional.of(Duration.ofSeconds(40)));

    @TempDir
    private Path home;

    private final Http http = new Http();
    private OutsidePostgres postgres;
    private RunningNode node;

    private interface Event {
        /** @return when it was over */
        Instant happen() throws Exception;
    }

    @BeforeEach
    void start() throws Exception {
        postgres = new OutsidePostgres(home.resolve("postgres"));
    }

    private void startNode(String name) throws IOException {
        Map<String, String> settings = new HashMap<>(postgres.settings());
        settings.put("LULL_TICK", "PT0.5S");
        settings.put("LULL_IDLE_AFTER", LIMITS.idleAfter().toString());
        settings.put("LULL_EXPIRE_AFTER", LIMITS.expireAfter().orElseThrow().toString());
        settings.put(
                "LULL_PENDING_EXPIRE_AFTER",
                LIMITS.pendingExpireAfter().orElseThrow().toString());
        settings.put("LULL_MAX_AGE", LIMITS.maxAge().orElseThrow().toString());
        node = RunningNode.start(name, settings).awaitReady();
    }

    @AfterEach
    void stop() {
        try {
            if (node != null) {
                node.close();
            }
        } finally {
            postgres.close();
        }
    }

    @Test
    void a_database_that_is_stopped_costs_nothing_but_time() throws Exception {
        startNode("outage-stopped");
        outage("stopped", true, postgres::stopImmediately, () -> postgres.start());
    }

    @Test
    void a_database_that_falls_silent_costs_nothing_but_time() throws Exception {
        startNode("outage-silent");
        outage("silent", true, postgres::freeze, () -> postgres.thaw());
    }

    @Test
    void sessions_that_fall_silent_are_replaced() throws Exception {
        startNode("outage-sessions");
        outage("sessions silent", false, postgres::freezeSessions, () -> postgres.thaw());
    }

    private interface Fault {
        void happen() throws Exception;
    }

    private void outage(String what, boolean total, Fault fault, Event repair) throws Exception {
        try (Load load = new Load(node, CONVERSATIONS, 2, 7)) {
            load.messagesPerSecond(MESSAGES_PER_SECOND)
                    .looksAt(node.api("/v1/conversations/k1"), Duration.ofMillis(150))
                    .looksAt(node.api("/v1/conversations?limit=20"), Duration.ofMillis(300))
                    .looksAt(node.api("/v1/conversations/k2/history"), Duration.ofMillis(500))
                    .looksAt(node.management("/alive"), Duration.ofMillis(500))
                    .looksAt(node.management("/ready"), Duration.ofMillis(500));
            passes(WARM_UP);
            Footprint before = Footprint.of(node);
            long linesBefore = node.log().lines().count();

            Instant faultBegins = Instant.now();
            fault.happen();
            Instant down = Instant.now();
            passes(OUTAGE);
            Footprint during = Footprint.of(node);
            Instant repairBegins = Instant.now();
            Instant up = repair.happen();
            passes(AFTERWARDS);
            List<String> logged = node.log().lines().skip(linesBefore).toList();
            load.finish(Duration.ofSeconds(60));
            load.stop();
            Footprint after = Footprint.of(node);

            List<Sent> sent = load.sent();
            report(what, sent, down, up, logged);
            System.out.println("outage, " + what + ": before " + before + ", during " + during + ", after " + after);
            judgeAnswers(sent, total, faultBegins, down, repairBegins);
            assertThat(recovery(sent, up)).as("time to recover").isLessThan(RECOVERY);
            judgeRecord(load);
            assertThat(logged.size()).as("lines logged").isLessThan((int)
                    (MOST_LOG_LINES_A_SECOND * OUTAGE.plus(AFTERWARDS).toSeconds()));
            assertThat(after.threads).isLessThan(before.threads + MOST_NEW_THREADS);
            assertThat(during.threads).isLessThan(before.threads + MOST_NEW_THREADS);
            assertThat(after.heapMegabytes).isLessThan(before.heapMegabytes + 100);
        }
    }

    private static void passes(Duration time) {
        Instant end = Instant.now().plus(time);
        await().atMost(time.plusSeconds(5))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> Instant.now().isAfter(end));
    }

    private static boolean isHealth(Sent sent) {
        return sent.what().endsWith("/alive") || sent.what().endsWith("/ready");
    }

    private static void judgeAnswers(
            List<Sent> all, boolean total, Instant faultBegins, Instant down, Instant repairBegins) {
        none("waited too long", all, it -> it.took().compareTo(ANSWER) > 0);
        none(
                "got no answer, or one that nobody should get",
                all,
                it -> !Set.of(200, 404, 409, 503).contains(it.status()));
        none("found the node in bad health", all, it -> isHealth(it) && it.status() != 200);
        none(
                "failed before the outage",
                all,
                it -> it.status() == 503 && it.ended().isBefore(faultBegins));
        none("were not told what to do", all, it -> it.status() == 503 && !saysWhatToDo(it));
        if (total) {
            List<Sent> without = all.stream()
                    .filter(it -> it.kind() == Kind.MESSAGE)
                    .filter(it -> it.begun().isAfter(down) && it.ended().isBefore(repairBegins))
                    .toList();
            assertThat(without).isNotEmpty();
            none("were acknowledged without a database", without, it -> it.status() != 503);
        }
    }

    private static void none(String what, List<Sent> all, Predicate<Sent> bad) {
        assertThat(all.stream().filter(bad).toList())
                .as("requests that %s", what)
                .isEmpty();
    }

    private static boolean saysWhatToDo(Sent sent) {
        Http.Answer answer = sent.answer().orElseThrow();
        return answer.contentType().orElse("").startsWith("application/problem+json")
                && answer.retryAfter().isPresent()
                && answer.json().path("status").intValue() == 503;
    }

    /** From the return of the database to the last answer that told of its absence. */
    private static Duration recovery(List<Sent> all, Instant up) {
        Instant lastFailure = all.stream()
                .filter(it -> it.status() == 503 && it.ended().isAfter(up))
                .map(Sent::ended)
                .max(Instant::compareTo)
                .orElse(up);
        return Duration.between(up, lastFailure);
    }

    /** From the return of the database to the first message on record. */
    private static Duration firstMessage(List<Sent> all, Instant up) {
        return all.stream()
                .filter(it -> it.kind() == Kind.MESSAGE
                        && it.status() == 200
                        && it.ended().isAfter(up))
                .map(it -> Duration.between(up, it.ended()))
                .min(Duration::compareTo)
                .orElseThrow();
    }

    private void judgeRecord(Load load) throws IOException {
        await("everything has ended")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> nobodyIs("pending") && nobodyIs("active") && nobodyIs("idle"));
        List<Line> messages = Feeds.messages(http, node);
        assertThat(messages.stream().map(it -> it.messageId().orElseThrow()))
                .doesNotHaveDuplicates()
                .containsAll(load.acknowledged());
        mustBeEqual(
                "recomputed from what the node says it was told",
                SlowModel.run(messages, LIMITS, Instant.MAX).transitions(),
                Transition.sorted(Feeds.transitions(http, node)));
    }

    private boolean nobodyIs(String state) throws IOException {
        Http.Answer answer = http.get(node.api("/v1/conversations?limit=1&state=" + state));
        return answer.ok() && answer.json().path("conversations").isEmpty();
    }

    private static void report(String what, List<Sent> all, Instant down, Instant up, List<String> logged) {
        List<Sent> during = all.stream()
                .filter(it -> it.ended().isAfter(down) && it.begun().isBefore(up))
                .toList();
        Map<String, Long> answers = during.stream()
                .collect(Collectors.groupingBy(
                        it -> (it.kind() == Kind.LOOK ? it.what().replaceFirst("http://[^/]+", "") : it.kind()) + " "
                                + it.status(),
                        TreeMap::new,
                        Collectors.counting()));
        Duration longest = all.stream().map(Sent::took).max(Duration::compareTo).orElse(Duration.ZERO);
        System.out.printf(
                "outage, %s: %s without a database; answers %s; the longest took %d ms; the first message %d ms and"
                        + " the last 503 %d ms after its return%n",
                what,
                Duration.between(down, up),
                answers,
                longest.toMillis(),
                firstMessage(all, up).toMillis(),
                recovery(all, up).toMillis());
        Map<String, Long> loggers = logged.stream()
                .collect(Collectors.groupingBy(DatabaseOutageIT::source, TreeMap::new, Collectors.counting()));
        System.out.printf("outage, %s: %d lines logged: %s%n", what, logged.size(), loggers);
    }

    private static final Pattern LOGGED = Pattern.compile("^\\S+Z (\\w+ +\\S+) - .*");

    private static String source(String line) {
        Matcher matcher = LOGGED.matcher(line);
        return matcher.matches() ? matcher.group(1) : "(stack traces)";
    }

    /** What a node takes of the machine. The heap is what is left after a collection. */
    private record Footprint(int threads, long heapMegabytes) {

        private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)");
        private static final Pattern USED = Pattern.compile("used (\\d+)K");

        static Footprint of(RunningNode node) throws Exception {
            jcmd(node, "GC.run");
            return new Footprint(
                    Integer.parseInt(found(THREADS, Files.readString(Path.of("/proc/" + node.pid() + "/status")))),
                    Long.parseLong(found(USED, jcmd(node, "GC.heap_info"))) / 1024);
        }

        private static String found(Pattern pattern, String text) {
            Matcher matcher = pattern.matcher(text);
            assertThat(matcher.find()).as(text).isTrue();
            return matcher.group(1);
        }

        private static String jcmd(RunningNode node, String command) throws Exception {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(node.pid()),
                            command)
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
                return said.lines().collect(Collectors.joining("\n"));
            }
        }

        @Override
        public String toString() {
            return threads + " threads and " + heapMegabytes + " MB of heap";
        }
    }
}

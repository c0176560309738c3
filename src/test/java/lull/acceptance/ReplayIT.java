package lull.acceptance;

import static lull.model.Differences.mustBeEqual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lull.TestDatabase;
import lull.database.DatabaseSettings;
import lull.model.Limits;
import lull.model.Line;
import lull.model.Oracle;
import lull.model.SlowModel;
import lull.model.Transition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recorded conversations through a node, by the replay command: the transitions are those that the oracle predicted. */
class ReplayIT {

    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Pattern TOOK = Pattern.compile("replay: ([\\d,]+) lines.*?, ([\\d.]+) s \\(");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final Http http = new Http();

    @BeforeAll
    static void need_the_recording() {
        Oracle.filesMissing().ifPresent(it -> {
            String message = "SKIPPED, no recorded conversation was replayed: " + it
                    + " (-Dlull.shared=... names the directory)";
            System.err.println(message);
            abort(message);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "support", "tight"})
    void plain(String policy) throws Exception {
        try (RunningNode node = nodeOnSharedServer("plain", policy)) {
            replay("plain", policy, node, Oracle.recording());

            List<Line> messages = Feeds.messages(http, node);
            assertThat(messages).hasSameSizeAs(Oracle.conversations());
            mustBeEqual(
                    policy + ", recomputed from what the node says it was told",
                    SlowModel.run(messages, Oracle.policy(policy), Instant.MAX).transitions(),
                    Transition.sorted(Feeds.transitions(http, node)));
            Feeds.mustBeRepeatable(http, node, "transitions");
            Feeds.mustBeRepeatable(http, node, "messages");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "support", "tight"})
    void with_the_node_killed_three_times(String policy) throws Exception {
        Map<String, String> settings = settings(policy);
        settings.put("LULL_HOME", directory.resolve("home").toString());
        settings.put("LULL_HTTP_PORT", Integer.toString(Ports.free()));
        int lines = Oracle.conversations().size();
        RunningNode node =
                RunningNode.start("replay-killed-" + policy, settings).awaitReady();
        try {
            Running replay = start("killed", policy, node, Oracle.recording());
            for (int quarter = 1; quarter <= 3; quarter++) {
                awaitMessages(node, replay, lines * quarter / 4);
                node.kill9();
                node = node.startAgain(Map.of()).awaitReady();
            }
            finish(replay, policy);
            assertThat(Feeds.messages(http, node)).hasSize(lines);
        } finally {
            node.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "support", "tight"})
    void with_every_message_sent_twice(String policy) throws Exception {
        Path twice = directory.resolve("twice.jsonl");
        Files.write(
                twice,
                Files.readAllLines(Oracle.recording()).stream()
                        .flatMap(it -> List.of(it, it).stream())
                        .toList());
        try (RunningNode node = nodeOnSharedServer("twice", policy)) {
            replay("twice", policy, node, twice);

            assertThat(Feeds.messages(http, node)).hasSameSizeAs(Oracle.conversations());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "support", "tight"})
    void with_a_tick_before_every_tenth_message(String policy) throws Exception {
        try (RunningNode node = nodeOnSharedServer("ticks", policy)) {
            replay("ticks", policy, node, Oracle.recording(), "--tick-every", "10");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "support", "tight"})
    void with_a_single_tick_at_the_end(String policy) throws Exception {
        try (RunningNode node = nodeOnSharedServer("one-tick", policy)) {
            replay("one-tick", policy, node, Oracle.recording(), "--tick-every", "0");
        }
    }

    private static Map<String, String> settings(String policy) throws IOException {
        Limits limits = Oracle.policy(policy);
        Map<String, String> settings = new HashMap<>();
        settings.put("LULL_CLOCK", "external");
        settings.put("LULL_IDLE_AFTER", limits.idleAfter().toString());
        settings.put(
                "LULL_EXPIRE_AFTER",
                limits.expireAfter().map(Duration::toString).orElse("none"));
        settings.put(
                "LULL_PENDING_EXPIRE_AFTER",
                limits.pendingExpireAfter().map(Duration::toString).orElse("none"));
        settings.put("LULL_MAX_AGE", limits.maxAge().map(Duration::toString).orElse("none"));
        return settings;
    }

    private static RunningNode nodeOnSharedServer(String variant, String policy) throws IOException {
        DatabaseSettings database = TestDatabase.freshSettings();
        Map<String, String> settings = settings(policy);
        settings.put("LULL_JDBC_URL", database.jdbcUrl());
        settings.put("LULL_JDBC_USER", database.user());
        settings.put("LULL_JDBC_PASSWORD", database.password());
        return RunningNode.start("replay-" + variant + "-" + policy, settings).awaitReady();
    }

    private record Running(String variant, Process process, Path out, Path err) {}

    private void replay(String variant, String policy, RunningNode node, Path input, String... options)
            throws Exception {
        finish(start(variant, policy, node, input, options), policy);
    }

    private Running start(String variant, String policy, RunningNode node, Path input, String... options)
            throws IOException {
        Path out = directory.resolve("transitions.jsonl");
        Path err = directory.resolve("replay.err");
        String[] arguments = new String[options.length + 8];
        List<String> fixed =
                List.of("replay", "--url", node.api("/").toString(), "--in-flight", "32", "--out", out.toString());
        for (int i = 0; i < fixed.size(); i++) {
            arguments[i] = fixed.get(i);
        }
        System.arraycopy(options, 0, arguments, fixed.size(), options.length);
        arguments[arguments.length - 1] = input.toString();
        Process process =
                Undertaker.start(RunningNode.program(Map.of(), arguments).redirectError(err.toFile()));
        return new Running(variant, process, out, err);
    }

    private static void finish(Running replay, String policy) throws Exception {
        boolean ended = replay.process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        String said = Files.readString(replay.err);
        if (!ended) {
            replay.process.destroyForcibly();
        }
        assertThat(ended).as("the replay ended:\n%s", said).isTrue();
        assertThat(replay.process.exitValue()).as(said).isZero();
        Matcher took = TOOK.matcher(said);
        assertThat(took.find()).as(said).isTrue();
        System.out.println("replay, " + replay.variant + ", " + policy + ": " + took.group(1) + " lines in "
                + took.group(2) + " s");
        List<Transition> transitions;
        try (var lines = JSON.readerFor(JsonNode.class).<JsonNode>readValues(replay.out.toFile())) {
            transitions = lines.readAll().stream().map(Feeds::transition).toList();
        }
        mustBeEqual(replay.variant + ", " + policy, Oracle.expected(policy), Transition.sorted(transitions));
    }

    private void awaitMessages(RunningNode node, Running replay, int number) {
        int[] count = {0};
        long[] last = {0};
        await(number + " messages are recorded")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    List<JsonNode> more = Feeds.read(http, node, "messages", last[0]);
                    if (!more.isEmpty()) {
                        count[0] += more.size();
                        last[0] = more.get(more.size() - 1).required("sequence").longValue();
                    }
                    if (!replay.process.isAlive()) {
                        throw new AssertionError(
                                "the replay ended at " + count[0] + " messages: " + Files.readString(replay.err));
                    }
                    return count[0] >= number;
                });
    }
}

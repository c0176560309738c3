package lull.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import lull.domain.Conversation;
import lull.domain.ConversationEvent;
import lull.domain.ConversationEvent.Transition;
import lull.domain.Policy;
import lull.domain.Request;
import lull.domain.State;
import lull.tools.FakeNode.Faults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Optional<Instant> MAX = Optional.empty();
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
    private static final Replay.Limits QUICK = new Replay.Limits(
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            new Backoff(Duration.ofMillis(2), Duration.ofMillis(50), Duration.ofSeconds(1)));

    @TempDir
    private Path directory;

    private final Queue<String> reports = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void keeps_order_and_time_through_failures_and_ends_with_the_transitions_of_the_rules(long seed) throws Exception {
        Random random = new Random(seed);
        List<Line> lines = stream(random, seed);
        Optional<Instant> horizon = random.nextInt(3) == 0
                ? Optional.of(lines.get(lines.size() * 3 / 4).at())
                : MAX;
        int tickEvery = List.of(0, 1, 7, 50, 500).get(random.nextInt(5));
        int inFlight = 1 + random.nextInt(64);
        Policy policy = Talk.KNOWN.get(random.nextInt(Talk.KNOWN.size()));

        try (FakeNode node = new FakeNode(lines, horizon, policy, Faults.MANY, seed)) {
            node.cuttingTransitions(5);
            Replay.Summary summary = replay(node.url(), write(lines), inFlight, tickEvery, horizon);

            assertThat(node.violations()).isEmpty();
            assertThat(node.lostAnswers()).isPositive();
            assertThat(summary.retries()).isGreaterThan(node.lostAnswers());
            assertThat(summary.repeated()).isPositive();
            assertThat(summary.lines() + summary.leftOut()).isEqualTo(lines.size());
            List<JsonNode> written = written();
            assertThat(summary.transitions()).isEqualTo(written.size());
            assertThat(byConversation(written)).isEqualTo(byTheRules(lines, policy, horizon));
            assertThat(node.ticks()).last().isEqualTo(horizon.orElse(Replay.END_OF_TIME));
            boolean nearlyInOrder = seed % 2 == 0;
            if (nearlyInOrder && tickEvery > 0 && tickEvery < 500) {
                assertThat(node.ticks()).hasSizeGreaterThan((int) summary.lines() / Math.max(tickEvery, 7) / 2);
            }
        }
    }

    @Test
    void goes_through_kills_and_restarts_of_the_node() throws Exception {
        List<Line> lines = Streams.of(new Streams.Shape(300, 6_000, 5, START)).toList();
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, new Faults(0, 0, 0, 1), 5)) {
            CompletableFuture<Replay.Summary> replay = inBackground(node.url(), write(lines), 32, 100);
            for (int share = 1; share <= 3; share++) {
                int lived = lines.size() * share / 5;
                await().pollInterval(Duration.ofMillis(5)).until(() -> node.lines() >= lived);
                node.kill();
                reports.clear();
                await().until(() -> reports.stream().anyMatch(it -> it.contains("retries (")));
                node.startAgain();
            }

            Replay.Summary summary = replay.get();

            assertThat(node.violations()).isEmpty();
            assertThat(summary.lines()).isEqualTo(lines.size());
            assertThat(byConversation(written())).isEqualTo(byTheRules(lines, Policy.DEFAULT, MAX));
        }
    }

    @Test
    void sends_while_a_tick_runs_but_owes_no_tick_of_an_earlier_block() throws Exception {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            lines.add(message("c" + i % 50, "m" + i, START.plusSeconds(i)));
        }
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, new Faults(0, 0, 0, 1), 1)) {
            Replay.Summary summary = replay(node.url(), write(lines), 32, 50, MAX);

            assertThat(node.violations()).isEmpty();
            assertThat(node.linesDuringTicks()).isPositive();
            // One for the clock, one for each boundary unless the block before was quicker than the one after, and two
            // last ones.
            assertThat(node.ticks()).hasSizeBetween(1 + 10 + 2, 1 + 19 + 2);
            assertThat(summary.ticks()).isEqualTo(node.ticks().size() - 1);
            for (int i = 2; i < node.ticks().size() - 2; i++) {
                Duration step =
                        Duration.between(node.ticks().get(i - 1), node.ticks().get(i));
                assertThat(step)
                        .as("never behind by more than a block")
                        .isLessThanOrEqualTo(Duration.ofSeconds(2 * 50));
            }
        }
    }

    @Test
    void waits_with_time_for_a_line_that_is_late_by_hours() throws Exception {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            lines.add(message("c" + i % 50, "m" + i, START.plusSeconds(3600L * (i / 100))));
        }
        lines.add(900, message("late", "m", START.plusSeconds(1)));
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, Faults.NONE, 1)) {
            replay(node.url(), write(lines), 16, 10, MAX);

            assertThat(node.violations()).isEmpty();
            assertThat(node.ticks().subList(0, 2)).containsExactly(START, START.plusSeconds(1));
            assertThat(byConversation(written())).isEqualTo(byTheRules(lines, Policy.DEFAULT, MAX));
        }
    }

    @Test
    void stops_at_a_line_that_the_node_refuses() throws Exception {
        List<Line> lines = Streams.of(new Streams.Shape(20, 500, 1, START)).toList();
        Path file = write(lines);
        Files.writeString(file, "\n\n" + Files.readString(file));
        Line.Message bad = (Line.Message) lines.stream()
                .skip(200)
                .filter(Line.Message.class::isInstance)
                .findFirst()
                .orElseThrow();
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, Faults.NONE, 1).refusing(bad.id())) {
            assertThatThrownBy(() -> replay(node.url(), file, 8, 50, MAX))
                    .isInstanceOf(ReplayFailed.class)
                    .hasMessage("line " + (lines.indexOf(bad) + 3)
                            + " was refused by the node: 400: at is too early (/at, expected 1970 or later)");
            assertThat(directory.resolve("out.jsonl")).doesNotExist();
            assertThat(directory.resolve("out.jsonl.part")).doesNotExist();
        }
    }

    @Test
    void tells_how_to_start_a_node_that_runs_by_the_system_clock() throws Exception {
        List<Line> lines = List.of(message("a", "m1", START));
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, Faults.NONE, 1).systemClock()) {
            assertThatThrownBy(() -> replay(node.url(), write(lines), 8, 50, MAX))
                    .isInstanceOf(ReplayFailed.class)
                    .hasMessageContaining("system clock")
                    .hasMessageContaining("LULL_CLOCK=external");
            assertThat(node.lines()).isZero();
        }
    }

    @Test
    void gives_up_when_nothing_goes_on() throws Exception {
        URI nobody;
        try (FakeNode node = new FakeNode(List.of(), MAX, Policy.DEFAULT, Faults.NONE, 1)) {
            nobody = node.url();
        }
        Path file = write(List.of(message("a", "m1", START)));

        assertThatThrownBy(() -> replay(nobody, file, 8, 50, MAX, Duration.ofSeconds(1)))
                .isInstanceOf(ReplayFailed.class)
                .hasMessageContaining("no progress for PT1S")
                .hasMessageContaining("connection refused");
    }

    @Test
    void finds_a_bad_line_before_anything_is_sent() throws Exception {
        List<Line> lines = List.of(message("a", "m1", START), message("a", "m2", START));
        Path file = write(lines);
        Files.writeString(
                file, Files.readString(file) + "\n{\"conversation\":\"a\",\"messageId\":\"m3\",\"at\":\"now\"}\n");
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, Faults.NONE, 1)) {
            assertThatThrownBy(() -> replay(node.url(), file, 8, 50, MAX))
                    .isInstanceOf(ReplayFailed.class)
                    .hasMessageContaining("line 4: at must be an RFC 3339 time");
            assertThat(node.requests()).isZero();
        }
    }

    @Test
    void tries_again_when_an_answer_stalls_in_its_middle() throws Exception {
        List<Line> lines = List.of(message("a", "m1", START), message("b", "m1", START), message("a", "m2", START));
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, Faults.NONE, 1).stalling(2)) {
            Replay.Summary summary = replay(node.url(), write(lines), 8, 50, MAX);

            assertThat(summary.retries()).isEqualTo(2);
            assertThat(summary.lines()).isEqualTo(3);
            assertThat(node.violations()).isEmpty();
        }
    }

    @Test
    void counts_closings_that_found_nothing_to_close() throws Exception {
        List<Line> lines = List.of(
                close("never", START),
                message("a", "m1", START),
                close("a", START.plusSeconds(1)),
                close("a", START.plusSeconds(2)));
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, new Faults(0.2, 0.2, 0.4, 0), 3)) {
            Replay.Summary summary = replay(node.url(), write(lines), 8, 1, MAX);

            assertThat(node.violations()).isEmpty();
            assertThat(summary.closesIgnored()).isEqualTo(2);
            assertThat(summary.lines()).isEqualTo(4);
        }
    }

    @Test
    void ticks_again_until_no_conversation_has_failed() throws Exception {
        List<Line> lines = List.of(message("a", "m1", START));
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, Faults.NONE, 1).failingOneConversationAtFirst()) {
            replay(node.url(), write(lines), 8, 50, MAX);

            assertThat(byConversation(written())).isEqualTo(byTheRules(lines, Policy.DEFAULT, MAX));
        }
    }

    @Test
    void replays_an_empty_file() throws Exception {
        try (FakeNode node = new FakeNode(List.of(), MAX, Policy.DEFAULT, Faults.NONE, 1)) {
            Replay.Summary summary = replay(node.url(), write(List.of()), 8, 50, MAX);

            assertThat(summary.lines()).isZero();
            assertThat(written()).isEmpty();
        }
    }

    /** On JDK 17 with two processors an asynchronous send starts a thread for each request. */
    @Test
    void starts_no_thread_for_each_request() throws Exception {
        List<Line> lines = Streams.of(new Streams.Shape(500, 5_000, 1, START)).toList();
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, Faults.NONE, 1)) {
            long before = ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();
            replay(node.url(), write(lines), 32, 500, MAX);

            assertThat(ManagementFactory.getThreadMXBean().getTotalStartedThreadCount() - before)
                    .isLessThan(200);
        }
    }

    @Test
    void keeps_every_key_whole_on_its_way() throws Exception {
        List<Line> lines = new ArrayList<>();
        for (String key :
                List.of("whatsapp:+15550000001::whatsapp:+18005550110", "a%2Fb", "?#&=", "..", "\\\"{}|^`<>")) {
            lines.add(message(key, "m1", START));
        }
        try (FakeNode node = new FakeNode(lines, MAX, Policy.DEFAULT, Faults.NONE, 1)) {
            replay(node.url(), write(lines), 4, 50, MAX);

            assertThat(node.violations()).isEmpty();
            assertThat(byConversation(written()).keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            lines.stream().map(Line::conversation).toList());
        }
    }

    private CompletableFuture<Replay.Summary> inBackground(URI url, Path file, int inFlight, int tickEvery) {
        CompletableFuture<Replay.Summary> result = new CompletableFuture<>();
        Workers.daemon(
                        () -> {
                            try {
                                result.complete(replay(url, file, inFlight, tickEvery, MAX));
                            } catch (Exception e) {
                                result.completeExceptionally(e);
                            }
                        },
                        "replay-test")
                .start();
        return result;
    }

    private Replay.Summary replay(URI url, Path file, int inFlight, int tickEvery, Optional<Instant> horizon)
            throws Exception {
        return replay(url, file, inFlight, tickEvery, horizon, Duration.ofSeconds(30));
    }

    private Replay.Summary replay(
            URI url, Path file, int inFlight, int tickEvery, Optional<Instant> horizon, Duration giveUpAfter)
            throws Exception {
        Path out = directory.resolve("out.jsonl");
        var options = new Replay.Options(file, out, url, inFlight, tickEvery, horizon, giveUpAfter);
        return new Replay(options, reports::add, QUICK).run();
    }

    private Path write(List<Line> lines) throws IOException {
        return Files.write(
                directory.resolve("in.jsonl"), lines.stream().map(Line::json).toList());
    }

    private List<JsonNode> written() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("out.jsonl"))) {
            all.add(JSON.readTree(line));
        }
        return all;
    }

    private static Line message(String key, String id, Instant at) {
        return new Line.Message(key, id, at, Optional.empty(), lull.domain.Direction.INBOUND);
    }

    private static Line close(String key, Instant at) {
        return new Line.Close(key, Optional.empty(), at, lull.domain.Authority.USER, Optional.empty());
    }

    /** Some thousand lines, with an odd seed far out of order. */
    private static List<Line> stream(Random random, long seed) {
        int conversations = 20 + random.nextInt(200);
        List<Line> lines = new ArrayList<>(
                Streams.of(new Streams.Shape(conversations, 3_000, seed, START)).toList());
        if (seed % 2 == 1) {
            for (int from = 0; from + 40 <= lines.size(); from += 20) {
                Collections.shuffle(lines.subList(from, from + 40), random);
            }
        }
        return lines;
    }

    private static Map<String, List<String>> byConversation(List<JsonNode> transitions) {
        Map<String, List<String>> all = new TreeMap<>();
        for (JsonNode it : transitions) {
            all.computeIfAbsent(it.get("conversation").asText(), key -> new ArrayList<>())
                    .add(it.get("session") + " " + it.get("from").asText() + " "
                            + it.get("to").asText() + " " + it.get("at").asText() + " "
                            + it.get("reason").asText());
        }
        return all;
    }

    /** One line after the other, no ticks, no failures; then time goes on to the horizon. */
    private static Map<String, List<String>> byTheRules(List<Line> lines, Policy policy, Optional<Instant> horizon) {
        Map<String, Conversation> conversations = new HashMap<>();
        Map<String, List<String>> all = new TreeMap<>();
        int number = 0;
        for (Line line : lines) {
            number++;
            if (horizon.isPresent() && line.at().isAfter(horizon.get())) {
                continue;
            }
            Conversation before = conversations.getOrDefault(line.conversation(), Conversation.NEW);
            List<ConversationEvent> events = before.decide(request(line, "unique-" + number), policy, Instant.EPOCH)
                    .events();
            conversations.put(line.conversation(), before.applyAll(events));
            note(all, line.conversation(), events);
        }
        Instant end = horizon.orElse(Replay.END_OF_TIME);
        conversations.forEach((key, it) -> note(all, key, it.advance(end, Instant.EPOCH)));
        return all;
    }

    private static Request request(Line line, String id) {
        if (line instanceof Line.Close close) {
            Optional<String> given = Optional.of(close.messageId().orElse(id));
            return new Request.Closing(given, close.at(), State.CLOSED, close.by(), close.reason());
        }
        Line.Message message = (Line.Message) line;
        return new Request.Message(message.id(), message.at(), message.direction(), message.from());
    }

    private static void note(Map<String, List<String>> all, String key, List<ConversationEvent> events) {
        for (ConversationEvent event : events) {
            if (event instanceof Transition it) {
                all.computeIfAbsent(key, ignored -> new ArrayList<>())
                        .add(it.session() + " " + it.from().map(State::wireName).orElse("null") + " "
                                + it.to().wireName() + " " + it.at() + " " + it.cause());
            }
        }
    }
}

package lull.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import lull.domain.Conversation;
import lull.domain.Deadline;
import lull.domain.Direction;
import lull.domain.Policy;
import lull.domain.Request;
import lull.domain.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamsTest {

    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

    @Test
    void the_same_shape_gives_the_same_bytes_on_every_machine() throws Exception {
        String text = lines(50, 1_000, 42).stream().map(it -> it.json() + "\n").collect(Collectors.joining());

        byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(hash))
                .as("whoever changes what is made up, changes this on purpose")
                .isEqualTo("46a5c4ee0943781ace4e47693210f7608d1d75e50b1ec5008b15613dc87a6d6e");
    }

    @Test
    void another_seed_gives_another_stream() {
        assertThat(lines(50, 1_000, 1)).isNotEqualTo(lines(50, 1_000, 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 999, 1_000})
    void has_exactly_so_many_lines_and_conversations(int conversations) {
        List<Line> lines = lines(conversations, 1_000, 3);

        assertThat(lines).hasSize(1_000);
        assertThat(keys(lines)).hasSize(conversations);
    }

    @Test
    void every_line_can_be_written_and_read() {
        List<Line> lines = lines(200, 5_000, 4);

        assertThat(lines)
                .allSatisfy(it -> assertThat(LineFormat.read(it.json())).isEqualTo(it));
        assertThat(lines).allSatisfy(it -> assertThat(it.at()).isAfterOrEqualTo(START));
    }

    @Test
    void looks_like_life() {
        List<Line> lines = lines(2_000, 20_000, 5);

        Map<String, Long> lengths =
                lines.stream().collect(Collectors.groupingBy(Line::conversation, Collectors.counting()));
        List<Long> sorted = lengths.values().stream().sorted().toList();
        assertThat(sorted.get(1_000)).as("most are short").isLessThan(8);
        assertThat(sorted.get(1_999)).as("a few are very long").isGreaterThan(200);
        assertThat(keys(lines))
                .anyMatch(it -> it.matches("whatsapp:\\+1555\\d{7}::whatsapp:\\+1800555\\d{4}"))
                .anyMatch(it -> it.matches("\\+1555\\d{7}::\\+1800555\\d{4}"))
                .anyMatch(it -> it.matches("web-[0-9a-f]+"));
        assertThat(lines.stream().filter(Line.Close.class::isInstance).count()).isBetween(100L, 2_000L);
        assertThat(firsts(lines).stream().filter(it -> it == Direction.INBOUND).count())
                .isGreaterThan(1_600);
        assertThat(ties(lines)).isGreaterThan(100);
        for (Policy policy : Talk.KNOWN) {
            Checked checked = check(lines, policy);
            assertThat(checked.late).isGreaterThan(50);
            assertThat(checked.repeated).isBetween(50, 400);
            assertThat(checked.reached).contains(State.ACTIVE, State.IDLE, State.EXPIRED, State.CLOSED);
            assertThat(checked.severalSessions).isGreaterThan(40);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void no_late_line_makes_the_result_depend_on_when_somebody_looks(long seed) {
        List<Line> lines = lines(3_000, 30_000, seed);

        for (Policy policy : Talk.KNOWN) {
            assertThat(check(lines, policy).ambiguous).isZero();
        }
    }

    @Test
    void repeats_a_line_within_32_of_its_conversation() {
        List<Line> lines = lines(100, 50_000, 6);

        Map<String, Deque<String>> latest = new HashMap<>();
        Map<String, Set<String>> all = new HashMap<>();
        int repetitions = 0;
        for (Line line : lines) {
            Deque<String> ids = latest.computeIfAbsent(line.conversation(), key -> new ArrayDeque<>());
            if (line.messageId().isPresent()) {
                String id = line.messageId().get();
                if (!all.computeIfAbsent(line.conversation(), key -> new HashSet<>())
                        .add(id)) {
                    repetitions++;
                    assertThat(ids).contains(id);
                }
                ids.addLast(id);
            } else {
                ids.addLast("");
            }
            if (ids.size() > 32) {
                ids.removeFirst();
            }
        }
        assertThat(repetitions).isGreaterThan(100);
    }

    @Test
    void refuses_shapes_that_cannot_be() {
        assertThatThrownBy(() -> new Streams.Shape(0, 10, 1, START)).hasMessageContaining("conversations");
        assertThatThrownBy(() -> new Streams.Shape(11, 10, 1, START)).hasMessageContaining("messages");
        assertThatThrownBy(() -> new Streams.Shape(1, 10, 1, Instant.parse("2200-01-01T00:00:00Z")))
                .hasMessageContaining("2200");
        Streams.Shape late = new Streams.Shape(2, 5_000, 1, Instant.parse("2199-12-31T00:00:00Z"));
        assertThatThrownBy(() -> Streams.of(late).forEach(it -> {})).hasMessageContaining("2200");
    }

    @Test
    void the_oracle_finds_nothing_ambiguous(@TempDir Path directory) throws Exception {
        Path oracle = Path.of("../shared/oracle/oracle.py").toAbsolutePath().normalize();
        boolean possible = Files.exists(oracle) && hasPython();
        if (!possible) {
            System.err.println("SKIPPED: the generator is not checked by the oracle: it takes python3 and " + oracle);
        }
        assumeThat(possible).isTrue();
        List<Line> lines = lines(1_000, 15_000, 9);
        Path file = Files.write(
                directory.resolve("stream.jsonl"),
                lines.stream().map(Line::json).toList());

        for (Policy policy : Talk.KNOWN) {
            Path summary = directory.resolve("summary.json");
            Process python = new ProcessBuilder(
                            "python3",
                            oracle.toString(),
                            file.toString(),
                            "--idle-after=" + policy.idleAfter(),
                            "--expire-after=" + policy.expireAfter().orElseThrow(),
                            "--pending-expire-after="
                                    + policy.pendingExpireAfter().orElseThrow(),
                            "--max-age=" + policy.maxAge().orElseThrow(),
                            "--output=" + directory.resolve("transitions.jsonl"),
                            "--summary=" + summary)
                    .inheritIO()
                    .start();
            assertThat(python.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(python.exitValue()).isZero();
            Checked ours = check(lines, policy);
            assertThat(Files.readString(summary))
                    .contains("\"ambiguousLate\": 0", "\"late\": " + ours.late, "\"duplicates\": " + ours.repeated);
        }
    }

    private static boolean hasPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Line> lines(int conversations, long messages, long seed) {
        return Streams.of(new Streams.Shape(conversations, messages, seed, START))
                .toList();
    }

    private static Set<String> keys(List<Line> lines) {
        return lines.stream().map(Line::conversation).collect(Collectors.toSet());
    }

    private static List<Direction> firsts(List<Line> lines) {
        Map<String, Direction> first = new HashMap<>();
        for (Line line : lines) {
            if (line instanceof Line.Message message) {
                first.putIfAbsent(line.conversation(), message.direction());
            }
        }
        return List.copyOf(first.values());
    }

    private static int ties(List<Line> lines) {
        Map<String, Line> before = new HashMap<>();
        int ties = 0;
        for (Line line : lines) {
            Line last = before.put(line.conversation(), line);
            boolean same = last != null && last.messageId().equals(line.messageId());
            ties += last != null && !same && last.at().equals(line.at()) ? 1 : 0;
        }
        return ties;
    }

    private static final class Checked {
        private int late;
        private int ambiguous;
        private int repeated;
        private int severalSessions;
        private final Set<State> reached = new HashSet<>();
    }

    /** The oracle's own measure: a line that is late against the stream, when a deadline of its conversation has passed meanwhile. */
    private static Checked check(List<Line> lines, Policy policy) {
        Checked result = new Checked();
        Map<String, Conversation> conversations = new HashMap<>();
        Map<String, Set<String>> seen = new HashMap<>();
        Instant newest = Instant.MIN;
        int number = 0;
        for (Line line : lines) {
            String id = line.messageId().orElse("none-" + ++number);
            if (!seen.computeIfAbsent(line.conversation(), key -> new HashSet<>())
                    .add(id)) {
                result.repeated++;
                continue;
            }
            Conversation current = conversations.getOrDefault(line.conversation(), Conversation.NEW);
            if (line.at().isBefore(newest)) {
                result.late++;
                Instant clock = current.memory().clock();
                Instant effective = line.at().isAfter(clock) ? line.at() : clock;
                Conversation then = current.applyAll(current.advance(effective, effective));
                Optional<Deadline> next = then instanceof Conversation.Live live ? live.deadline() : Optional.empty();
                result.ambiguous += next.isPresent() && !next.get().at().isAfter(newest) ? 1 : 0;
            }
            newest = line.at().isAfter(newest) ? line.at() : newest;
            current = current.applyAll(
                    current.decide(request(line, id), policy, newest).events());
            result.reached.add(current.state());
            conversations.put(line.conversation(), current);
        }
        for (Conversation each : conversations.values()) {
            Conversation end = each;
            for (var event : each.advance(newest.plus(Duration.ofDays(100)), newest)) {
                end = end.apply(event);
                result.reached.add(end.state());
            }
            result.severalSessions += end.sessionNumber() > 1 ? 1 : 0;
        }
        return result;
    }

    private static Request request(Line line, String id) {
        if (line instanceof Line.Close close) {
            return new Request.Closing(Optional.of(id), close.at(), State.CLOSED, close.by(), close.reason());
        }
        Line.Message message = (Line.Message) line;
        return new Request.Message(message.id(), message.at(), message.direction(), message.from());
    }
}

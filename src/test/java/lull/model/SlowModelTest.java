package lull.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The model itself, held to a few histories that were worked out by hand from SEMANTICS.md. */
class SlowModelTest {

    private static final Instant START = Instant.parse("2026-11-22T09:00:00Z");

    private static final Limits LIMITS =
            new Limits(minutes(15), Optional.of(minutes(30)), Optional.of(minutes(20)), Optional.of(minutes(60)));

    @Test
    void an_unanswered_conversation_expires() {
        assertThat(transitions(LIMITS, in("a", 0), in("b", 19)))
                .containsExactly("1 null>pending 0 opened", "1 pending>expired 20 pending-timeout");
    }

    @Test
    void an_answered_one_falls_idle_and_expires() {
        assertThat(transitions(LIMITS, in("a", 0), out("b", 1)))
                .containsExactly(
                        "1 null>pending 0 opened",
                        "1 pending>active 1 reply",
                        "1 active>idle 16 idle-timeout",
                        "1 idle>expired 46 idle-expired");
    }

    @Test
    void the_deadline_comes_before_a_message_at_the_same_instant() {
        assertThat(transitions(LIMITS, out("a", 0), in("b", 15), in("c", 60)))
                .containsExactly(
                        "1 null>pending 0 opened",
                        "1 pending>active 0 reply",
                        "1 active>idle 15 idle-timeout",
                        "1 idle>active 15 reactivated",
                        "1 active>idle 30 idle-timeout",
                        "1 idle>expired 60 max-age",
                        "2 null>pending 60 opened",
                        "2 pending>expired 80 pending-timeout");
    }

    @Test
    void expiry_beats_idle_at_the_same_instant() {
        assertThat(transitions(LIMITS, out("a", 0), in("b", 14), in("c", 28), in("d", 42), in("e", 45)))
                .endsWith("1 active>expired 60 max-age");
    }

    @Test
    void a_session_that_has_ended_stays_so() {
        assertThat(transitions(LIMITS, in("a", 0), close("b", 3, "agent"), fail("c", 4), in("d", 5), fail("e", 6)))
                .containsExactly(
                        "1 null>pending 0 opened",
                        "1 pending>closed 3 closed",
                        "2 null>pending 5 opened",
                        "2 pending>failed 6 failed");
    }

    @Test
    void a_repetition_and_a_time_that_goes_back_change_little() {
        assertThat(transitions(LIMITS, in("a", 10), out("a", 11), out("b", 5)))
                .startsWith("1 null>pending 10 opened", "1 pending>active 10 reply", "1 active>idle 25 idle-timeout");
    }

    @Test
    void what_is_ignored_is_on_record_if_it_outranks_or_has_an_id() {
        var outcome = run(
                LIMITS,
                close("early", 0, "user"),
                in("a", 1),
                close("b", 2, "support"),
                Line.close("c", Optional.empty(), at(3), "agent"),
                Line.close("c", Optional.empty(), at(4), "support"),
                Line.close("c", Optional.empty(), at(5), "user"),
                Line.fail("c", Optional.empty(), at(6)),
                close("f", 7, "system"));

        assertThat(outcome.ignored())
                .extracting(it -> it.session() + " " + it.to() + " "
                        + Duration.between(START, it.at()).toMinutes())
                .containsExactly("0 closed 0", "1 closed 5", "1 failed 6", "1 closed 7");
        assertThat(outcome.answers())
                .extracting(Answered::accepted)
                .containsExactly(false, true, true, false, false, false, false, false);
    }

    private static SlowModel.Outcome run(Limits limits, Line... lines) {
        return SlowModel.run(List.of(lines), limits, Instant.MAX);
    }

    private static List<String> transitions(Limits limits, Line... lines) {
        return run(limits, lines).transitions().stream()
                .map(it -> it.session() + " " + it.from().orElse("null") + ">" + it.to() + " "
                        + Duration.between(START, it.at()).toMinutes() + " " + it.reason())
                .toList();
    }

    private static Line in(String id, long minute) {
        return Line.message("c", id, at(minute), "inbound");
    }

    private static Line out(String id, long minute) {
        return Line.message("c", id, at(minute), "outbound");
    }

    private static Line close(String id, long minute, String by) {
        return Line.close("c", Optional.of(id), at(minute), by);
    }

    private static Line fail(String id, long minute) {
        return Line.fail("c", Optional.of(id), at(minute));
    }

    private static Instant at(long minute) {
        return START.plus(minutes(minute));
    }

    private static Duration minutes(long minutes) {
        return Duration.ofMinutes(minutes);
    }
}

package lull.domain;

import static lull.domain.Story.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import lull.domain.Conversation.Over;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClosingTest {

    @Test
    void ends_a_pending_an_active_and_an_idle_session() {
        var pending = new Story();
        pending.inbound(0, "a");
        var active = new Story();
        active.outbound(0, "a");
        var idle = new Story();
        idle.outbound(0, "a");
        idle.advance(10);

        for (Story story : List.of(pending, active, idle)) {
            var decision = story.close(11, Authority.USER);

            assertThat(decision.answer()).isEqualTo(new Answer(1, State.CLOSED, at(11), true));
            assertThat(story.transitions()).endsWith("1 closed 11 closed");
        }
    }

    @Test
    void says_who_closed_and_why() {
        var story = new Story();
        story.inbound(0, "a");

        story.close(1, Authority.SUPPORT, "c1");

        var over = (Over) story.now();
        assertThat(over.by()).isEqualTo(Authority.SUPPORT);
        assertThat(over.cause()).isEqualTo("closed");
        assertThat(over.reason()).isEqualTo(Optional.of("done"));
        assertThat(over.since()).isEqualTo(at(1));
    }

    @Test
    void a_failure_ends_a_session_as_failed() {
        var story = new Story();
        story.inbound(0, "a");

        story.fail(1);

        assertThat(story.transitions()).endsWith("1 failed 1 failed");
        assertThat(((Over) story.now()).by()).isEqualTo(Authority.FAILURE);
    }

    @ParameterizedTest
    @CsvSource({
        "IDLE, USER",
        "PENDING, SYSTEM",
        "EXPIRED, SYSTEM",
        "EXPIRED, TIME",
        "CLOSED, TIME",
        "CLOSED, FAILURE",
        "FAILED, USER",
        "FAILED, TIME"
    })
    void nobody_can_ask_for_another_end_or_in_the_name_of_time(State to, Authority by) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Request.Closing(Optional.empty(), at(1), to, by, Optional.empty()))
                .withMessage("nobody can ask for " + to + " by " + by);
    }

    @Test
    void a_timeout_that_is_due_comes_first() {
        var justInTime = new Story();
        justInTime.inbound(0, "a");
        justInTime.close(30 - 1e-9, Authority.USER);
        var tooLate = new Story();
        tooLate.inbound(0, "a");
        var decision = tooLate.close(30, Authority.SYSTEM);

        assertThat(justInTime.now().state()).isEqualTo(State.CLOSED);
        assertThat(tooLate.transitions()).endsWith("1 expired 30 pending-timeout");
        assertThat(decision.answer()).isEqualTo(new Answer(1, State.EXPIRED, at(30), false));
    }

    @Test
    void a_closing_at_the_idle_deadline_closes_an_idle_session() {
        var story = new Story();
        story.outbound(0, "a");

        story.close(10, Authority.AGENT);

        assertThat(story.transitions()).endsWith("1 idle 10 idle-timeout", "1 closed 10 closed");
    }

    @ParameterizedTest(name = "{0}, then {1}: on record {2}")
    @CsvSource({
        "FAILURE, FAILURE, false",
        "FAILURE, USER, false",
        "FAILURE, SUPPORT, false",
        "FAILURE, AGENT, false",
        "FAILURE, SYSTEM, false",
        "USER, FAILURE, true",
        "USER, USER, false",
        "USER, SUPPORT, false",
        "USER, AGENT, false",
        "USER, SYSTEM, false",
        "SUPPORT, FAILURE, true",
        "SUPPORT, USER, true",
        "SUPPORT, SUPPORT, false",
        "SUPPORT, AGENT, false",
        "SUPPORT, SYSTEM, false",
        "AGENT, FAILURE, true",
        "AGENT, USER, true",
        "AGENT, SUPPORT, true",
        "AGENT, AGENT, false",
        "AGENT, SYSTEM, false",
        "SYSTEM, FAILURE, true",
        "SYSTEM, USER, true",
        "SYSTEM, SUPPORT, true",
        "SYSTEM, AGENT, true",
        "SYSTEM, SYSTEM, false",
        "TIME, FAILURE, true",
        "TIME, USER, true",
        "TIME, SUPPORT, true",
        "TIME, AGENT, true",
        "TIME, SYSTEM, false"
    })
    void of_two_the_first_wins_and_the_second_is_on_record_if_it_outranks(
            Authority first, Authority second, boolean recorded) {
        var story = new Story();
        story.inbound(0, "a");
        end(story, 1, first);
        Conversation ended = story.now();

        var decision = end(story, 40, second);

        String request =
                second == Authority.FAILURE ? "failed by failure at 40" : "closed by " + second.wireName() + " at 40";
        assertThat(story.ignored()).isEqualTo(recorded ? List.of(request) : List.of());
        assertThat(decision.answer()).isEqualTo(new Answer(1, ended.state(), at(40), false));
        assertThat(story.now().withMemory(Memory.EMPTY)).isEqualTo(ended.withMemory(Memory.EMPTY));
    }

    private static Conversation.Decision end(Story story, double second, Authority by) {
        if (by == Authority.TIME) {
            story.advance(30);
            return null; // nobody asked
        }
        return by == Authority.FAILURE ? story.fail(second) : story.close(second, by);
    }

    @Test
    void what_outranks_an_ignored_request_but_not_the_ending_is_not_on_record() {
        var story = new Story();
        story.inbound(0, "a");
        story.close(1, Authority.SUPPORT);
        story.fail(2);

        story.close(3, Authority.USER);

        assertThat(story.ignored()).containsExactly("failed by failure at 2", "closed by user at 3");
    }

    @Test
    void one_with_an_id_is_always_on_record() {
        var story = new Story();
        story.inbound(0, "a");
        story.fail(1);

        story.close(2, Authority.SYSTEM, "c1");

        assertThat(story.ignored()).containsExactly("closed by system at 2");
    }

    @Test
    void nothing_can_be_closed_before_the_first_message() {
        var story = new Story();

        var nameless = story.close(1, Authority.USER);
        var named = story.close(2, Authority.USER, "c1");

        assertThat(nameless.events()).isEmpty();
        assertThat(nameless.answer()).isEqualTo(new Answer(0, null, at(1), false));
        assertThat(named.answer()).isEqualTo(new Answer(0, null, at(2), false));
        assertThat(story.ignored()).containsExactly("closed by user at 2");
        assertThat(story.now().sessionNumber()).isZero();
        assertThat(story.now().state()).isNull();
    }

    @Test
    void an_ignored_one_on_record_moves_the_conversations_clock_and_another_does_not() {
        var named = new Story();
        named.close(5, Authority.USER, "c1");
        named.inbound(1, "a");
        var nameless = new Story();
        nameless.close(5, Authority.USER);
        nameless.inbound(1, "a");

        assertThat(named.transitions()).containsExactly("1 pending 5 opened");
        assertThat(nameless.transitions()).containsExactly("1 pending 1 opened");
    }

    @Test
    void a_message_after_the_end_opens_the_next_session_even_at_the_same_instant() {
        var story = new Story();
        story.inbound(0, "a");
        story.close(1, Authority.USER);

        var decision = story.inbound(1, "b");

        assertThat(decision.answer()).isEqualTo(new Answer(2, State.PENDING, at(1), true));
    }
}

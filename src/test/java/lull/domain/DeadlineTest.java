package lull.domain;

import static lull.domain.Story.at;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    private static final double NANO = 1e-9;

    @Test
    void pending_ends_some_time_after_the_opening_however_often_the_customer_writes() {
        var story = new Story();
        story.inbound(0, "a");
        story.inbound(20, "b");

        assertThat(story.deadline()).contains(new Deadline(at(30), Rule.PENDING_TIMEOUT));
        assertThat(story.advance(30 - NANO)).isEmpty();
        story.advance(30);
        assertThat(story.transitions()).containsExactly("1 pending 0 opened", "1 expired 30 pending-timeout");
    }

    @Test
    void pending_never_goes_idle() {
        var story = new Story(Story.policy(10, 20, 0, 0));
        story.inbound(0, "a");

        assertThat(story.deadline()).isEmpty();
        assertThat(story.advance(1_000_000)).isEmpty();
    }

    @Test
    void active_goes_idle_some_time_after_the_latest_message_of_either_side() {
        var story = new Story();
        story.outbound(0, "a");
        story.inbound(4, "b");

        assertThat(story.deadline()).contains(new Deadline(at(14), Rule.IDLE_TIMEOUT));
        story.outbound(5, "c");
        assertThat(story.deadline()).contains(new Deadline(at(15), Rule.IDLE_TIMEOUT));
        assertThat(story.advance(15 - NANO)).isEmpty();
        assertThat(story.advance(15)).hasSize(1);
        assertThat(story.now().state()).isEqualTo(State.IDLE);
    }

    @Test
    void idle_expires_some_time_after_it_went_idle_and_not_after_somebody_noticed() {
        var story = new Story();
        story.outbound(0, "a");
        story.advance(25);

        assertThat(story.deadline()).contains(new Deadline(at(30), Rule.IDLE_EXPIRED));
        assertThat(story.advance(30 - NANO)).isEmpty();
        story.advance(30);
        assertThat(story.transitions()).endsWith("1 idle 10 idle-timeout", "1 expired 30 idle-expired");
    }

    @Test
    void a_late_look_finds_every_overdue_change_at_its_own_time() {
        var story = new Story();
        story.outbound(0, "a");

        story.advance(5_000);

        assertThat(story.transitions())
                .containsExactly(
                        "1 pending 0 opened",
                        "1 active 0 reply",
                        "1 idle 10 idle-timeout",
                        "1 expired 30 idle-expired");
    }

    @Test
    void a_message_finds_every_overdue_change_made_before_it() {
        var story = new Story();
        story.outbound(0, "a");

        story.inbound(31, "b");

        assertThat(story.transitions())
                .endsWith("1 idle 10 idle-timeout", "1 expired 30 idle-expired", "2 pending 31 opened");
    }

    @Test
    void a_message_just_before_the_deadline_puts_it_off() {
        var story = new Story();
        story.outbound(0, "a");

        story.inbound(10 - NANO, "b");

        assertThat(story.transitions()).containsExactly("1 pending 0 opened", "1 active 0 reply");
    }

    @Test
    void a_message_at_the_deadline_finds_the_conversation_idle() {
        var story = new Story();
        story.outbound(0, "a");

        story.inbound(10, "b");

        assertThat(story.transitions()).endsWith("1 idle 10 idle-timeout", "1 active 10 reactivated");
    }

    @Test
    void a_message_at_the_end_opens_the_next_session() {
        var story = new Story();
        story.outbound(0, "a");

        story.outbound(30, "b");

        assertThat(story.transitions())
                .endsWith("1 expired 30 idle-expired", "2 pending 30 opened", "2 active 30 reply");
    }

    @Test
    void a_reply_at_the_pending_deadline_comes_too_late() {
        var justInTime = new Story();
        justInTime.inbound(0, "a");
        justInTime.outbound(30 - NANO, "b");
        var tooLate = new Story();
        tooLate.inbound(0, "a");
        tooLate.outbound(30, "b");

        assertThat(justInTime.now().sessionNumber()).isEqualTo(1);
        assertThat(tooLate.transitions())
                .endsWith("1 expired 30 pending-timeout", "2 pending 30 opened", "2 active 30 reply");
    }

    @Test
    void max_age_ends_even_the_liveliest_session() {
        var story = new Story();
        for (int second = 0; second < 100; second += 5) {
            story.outbound(second, "m" + second);
        }

        assertThat(story.deadline()).contains(new Deadline(at(100), Rule.MAX_AGE));
        assertThat(story.advance(100 - NANO)).isEmpty();
        story.advance(100);
        assertThat(story.transitions()).endsWith("1 active 0 reply", "1 expired 100 max-age");
    }

    @Test
    void each_session_has_its_own_age() {
        var story = new Story();
        story.inbound(0, "a");
        story.close(5, Authority.USER);
        story.outbound(50, "b");
        for (int second = 55; second < 150; second += 5) {
            story.outbound(second, "m" + second);
        }

        assertThat(story.deadline()).contains(new Deadline(at(150), Rule.MAX_AGE));
    }

    @Test
    void at_one_instant_expiry_beats_idle() {
        var story = new Story(Story.policy(10, 20, 0, 10));
        story.outbound(0, "a");

        story.advance(50);

        assertThat(story.transitions()).endsWith("1 active 0 reply", "1 expired 10 max-age");
    }

    @Test
    void at_one_instant_max_age_beats_the_other_expiries() {
        var pending = new Story(Story.policy(10, 20, 30, 30));
        pending.inbound(0, "a");
        pending.advance(50);
        var idle = new Story(Story.policy(10, 20, 0, 30));
        idle.outbound(0, "a");
        idle.advance(50);

        assertThat(pending.transitions()).endsWith("1 expired 30 max-age");
        assertThat(idle.transitions()).endsWith("1 idle 10 idle-timeout", "1 expired 30 max-age");
    }

    @Test
    void the_earlier_deadline_wins_whatever_its_rule() {
        var story = new Story(Story.policy(10, 20, 30, 31));
        story.inbound(0, "a");

        story.advance(50);

        assertThat(story.transitions()).endsWith("1 expired 30 pending-timeout");
    }

    @Test
    void deadlines_are_ordered_by_time_and_then_by_rule() {
        var sooner = new Deadline(at(1), Rule.IDLE_TIMEOUT);
        var byAge = new Deadline(at(2), Rule.MAX_AGE);
        var byPending = new Deadline(at(2), Rule.PENDING_TIMEOUT);
        var byIdle = new Deadline(at(2), Rule.IDLE_EXPIRED);
        var toIdle = new Deadline(at(2), Rule.IDLE_TIMEOUT);

        assertThat(List.of(toIdle, byIdle, byPending, byAge, sooner).stream().sorted())
                .containsExactly(sooner, byAge, byPending, byIdle, toIdle);
    }

    @Test
    void without_optional_durations_idle_is_for_ever() {
        var story = new Story(Story.policy(10, 0, 0, 0));
        story.outbound(0, "a");
        story.advance(10);

        assertThat(story.deadline()).isEmpty();
    }

    @Test
    void a_message_from_the_past_happens_when_the_latest_did() {
        var story = new Story();
        story.outbound(5, "a");

        var decision = story.inbound(1, "b");

        assertThat(decision.answer().at()).isEqualTo(at(5));
        assertThat(story.deadline()).contains(new Deadline(at(15), Rule.IDLE_TIMEOUT));
    }

    @Test
    void looking_back_finds_nothing() {
        var story = new Story();
        story.outbound(5, "a");

        assertThat(story.advance(-1000)).isEmpty();
        assertThat(story.now().memory().clock()).isEqualTo(at(5));
    }
}

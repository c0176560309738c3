package lull.domain;

import static lull.domain.Story.at;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RepeatedRequestTest {

    @Test
    void a_repeated_message_changes_nothing_and_is_answered_as_before() {
        var story = new Story();
        var first = story.inbound(0, "a");
        Conversation before = story.now();

        var again = story.inbound(0, "a");

        assertThat(first.repeated()).isFalse();
        assertThat(again.repeated()).isTrue();
        assertThat(again.events()).isEmpty();
        assertThat(again.answer()).isEqualTo(first.answer()).isEqualTo(new Answer(1, State.PENDING, at(0), true));
        assertThat(story.now()).isEqualTo(before);
    }

    @Test
    void other_contents_under_the_same_id_are_not_looked_at() {
        var story = new Story();
        story.inbound(0, "a");

        story.outbound(1_000, "a");
        story.close(1_000, Authority.USER, "a");

        assertThat(story.transitions()).containsExactly("1 pending 0 opened");
    }

    @Test
    void the_answer_stays_as_it_was_after_later_changes_and_in_later_sessions() {
        var story = new Story();
        var first = story.outbound(0, "a");
        story.close(1, Authority.USER, "c");
        story.inbound(2, "b");

        assertThat(story.outbound(3, "a").answer()).isEqualTo(first.answer());
        assertThat(story.close(4, Authority.USER, "c").answer()).isEqualTo(new Answer(1, State.CLOSED, at(1), true));
        assertThat(story.now().sessionNumber()).isEqualTo(2);
    }

    @Test
    void a_repeated_closing_that_came_too_late_is_still_refused() {
        var story = new Story();
        story.close(0, Authority.USER, "c");
        story.inbound(1, "a");

        var again = story.close(2, Authority.USER, "c");

        assertThat(again.repeated()).isTrue();
        assertThat(again.answer()).isEqualTo(new Answer(0, null, at(0), false));
        assertThat(story.now().state()).isEqualTo(State.PENDING);
    }

    @Test
    void a_closing_without_an_id_cannot_be_recognised() {
        var story = new Story();
        story.inbound(0, "a");
        story.close(1, Authority.AGENT);

        var again = story.close(2, Authority.AGENT);

        assertThat(again.repeated()).isFalse();
        assertThat(again.answer()).isEqualTo(new Answer(1, State.CLOSED, at(2), false));
    }

    @Test
    void the_last_32_ids_are_remembered_however_old() {
        var story = new Story();
        for (int i = 1; i <= 33; i++) {
            story.inbound(i * 1000, "m" + i);
        }

        assertThat(story.inbound(33_001, "m33").repeated()).isTrue();
        assertThat(story.inbound(33_001, "m2").repeated()).isTrue();
        assertThat(story.inbound(33_001, "m1").repeated()).isFalse();
    }

    @Test
    void ids_of_the_last_five_minutes_are_remembered_however_many_came_after_them() {
        var story = new Story();
        for (int i = 0; i <= 100; i++) {
            story.inbound(i * 5, "m" + i);
        }

        assertThat(story.inbound(501, "m40").repeated()).isTrue();
        assertThat(story.inbound(501, "m39").repeated()).isFalse();
    }

    @Test
    void a_repetition_does_not_make_older_ids_forgotten() {
        var story = new Story();
        for (int i = 1; i <= 32; i++) {
            story.inbound(i * 0.1, "m" + i);
        }
        for (int i = 0; i < 100; i++) {
            story.inbound(4, "m32");
        }

        assertThat(story.inbound(4, "m1").repeated()).isTrue();
    }

    @Test
    void an_overdue_timeout_waits_for_something_new() {
        var story = new Story();
        story.outbound(0, "a");

        var again = story.outbound(500, "a");

        assertThat(again.events()).isEmpty();
        assertThat(story.now().state()).isEqualTo(State.ACTIVE);
    }
}

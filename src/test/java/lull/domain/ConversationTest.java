package lull.domain;

import static lull.domain.Story.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lull.domain.ConversationEvent.ClosingIgnored;
import lull.domain.ConversationEvent.Ended;
import lull.domain.ConversationEvent.Expired;
import lull.domain.ConversationEvent.MessageRecorded;
import lull.domain.ConversationEvent.Opened;
import lull.domain.ConversationEvent.Reactivated;
import lull.domain.ConversationEvent.Replied;
import lull.domain.ConversationEvent.WentIdle;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every event changes the state as it says, and no event is taken that could not have been decided. */
class ConversationTest {

    private static final Optional<String> NONE = Optional.empty();

    private static final Conversation PENDING = Conversation.NEW.apply(opened(1));
    private static final Conversation ACTIVE = PENDING.apply(new Replied(1, at(1), at(1)));
    private static final Conversation IDLE = ACTIVE.apply(new WentIdle(1, at(2), at(2)));
    private static final Conversation CLOSED = IDLE.apply(ended(State.IDLE));

    private static final Map<String, Conversation> STATES =
            Map.of("new", Conversation.NEW, "pending", PENDING, "active", ACTIVE, "idle", IDLE, "closed", CLOSED);

    /** One row for each kind of event: what it is, the states that it can happen in, and the state after it. */
    private static final List<Row> RULES = List.of(
            new Row(opened(1), List.of("new"), State.PENDING),
            new Row(opened(2), List.of("closed"), State.PENDING),
            new Row(new Replied(1, at(9), at(9)), List.of("pending"), State.ACTIVE),
            new Row(new WentIdle(1, at(9), at(9)), List.of("active"), State.IDLE),
            new Row(new Reactivated(1, at(9), at(9)), List.of("idle"), State.ACTIVE),
            new Row(
                    new Expired(1, at(9), State.PENDING, Rule.PENDING_TIMEOUT, at(9)),
                    List.of("pending"),
                    State.EXPIRED),
            new Row(new Expired(1, at(9), State.ACTIVE, Rule.MAX_AGE, at(9)), List.of("active"), State.EXPIRED),
            new Row(new Expired(1, at(9), State.IDLE, Rule.IDLE_EXPIRED, at(9)), List.of("idle"), State.EXPIRED),
            new Row(ended(State.PENDING), List.of("pending"), State.CLOSED),
            new Row(ended(State.ACTIVE), List.of("active"), State.CLOSED),
            new Row(ended(State.IDLE), List.of("idle"), State.CLOSED),
            new Row(
                    new MessageRecorded(1, at(9), "m", Direction.INBOUND, NONE),
                    List.of("pending", "active", "idle"),
                    null),
            new Row(new ClosingIgnored(0, at(9), State.CLOSED, Authority.USER, NONE, NONE), List.of("new"), null),
            new Row(new ClosingIgnored(1, at(9), State.CLOSED, Authority.USER, NONE, NONE), List.of("closed"), null));

    /** @param after null: the state stays */
    private record Row(ConversationEvent event, List<String> possibleIn, State after) {}

    private static Opened opened(int session) {
        return new Opened(session, at(session == 1 ? 0 : 9), Story.POLICY, at(9));
    }

    private static Ended ended(State left) {
        return new Ended(1, at(9), left, State.CLOSED, Authority.AGENT, NONE, NONE, at(9));
    }

    /** Java 17 has no pattern switch, so this finds the kind of event that nobody has thought of. */
    @Test
    void there_is_a_rule_for_every_kind_of_event() {
        Set<Class<?>> known = RULES.stream().map(it -> it.event().getClass()).collect(Collectors.toSet());

        assertThat(known).isEqualTo(kinds(ConversationEvent.class).collect(Collectors.toSet()));
    }

    private static Stream<Class<?>> kinds(Class<?> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).flatMap(ConversationTest::kinds)
                : Stream.of(type);
    }

    @TestFactory
    Stream<DynamicTest> an_event_leads_where_it_says() {
        return each((row, state) -> row.possibleIn().contains(state), (row, before) -> {
            Conversation after = before.apply(row.event());

            assertThat(after.state()).isEqualTo(row.after() == null ? before.state() : row.after());
            assertThat(after.sessionNumber()).isEqualTo(row.event().session());
            assertThat(after.memory().clock()).isEqualTo(row.event().at());
        });
    }

    @TestFactory
    Stream<DynamicTest> an_event_that_could_not_have_been_decided_is_not_ours() {
        return each(
                (row, state) -> !row.possibleIn().contains(state),
                (row, before) -> assertThatIllegalStateException()
                        .isThrownBy(() -> before.apply(row.event()))
                        .withMessageContaining(row.event().toString()));
    }

    private interface Trial {
        void on(Row row, Conversation before);
    }

    private static Stream<DynamicTest> each(BiPredicate<Row, String> which, Trial trial) {
        return RULES.stream()
                .flatMap(row -> STATES.keySet().stream()
                        .filter(state -> which.test(row, state))
                        .map(state -> DynamicTest.dynamicTest(
                                state + ", then " + row.event(), () -> trial.on(row, STATES.get(state)))));
    }

    @Test
    void an_event_of_another_session_is_not_ours() {
        assertThatIllegalStateException().isThrownBy(() -> ACTIVE.apply(new WentIdle(2, at(9), at(9))));
        assertThatIllegalStateException().isThrownBy(() -> CLOSED.apply(opened(3)));
        assertThatIllegalStateException().isThrownBy(() -> Conversation.NEW.apply(opened(2)));
    }

    @Test
    void an_event_before_the_latest_is_not_ours() {
        assertThat(ACTIVE.apply(new WentIdle(1, at(1), at(9))).state()).isEqualTo(State.IDLE);
        assertThatIllegalStateException().isThrownBy(() -> ACTIVE.apply(new WentIdle(1, at(1 - 1e-9), at(9))));
    }

    @Test
    void a_session_keeps_the_policy_that_it_was_opened_under() {
        Conversation after = ACTIVE.applyAll(
                ACTIVE.decide(new Request.Message("m", at(5), Direction.INBOUND, NONE), Story.policy(1, 1, 1, 1), at(5))
                        .events());

        assertThat(((Conversation.Live) after).session().policy()).isEqualTo(Story.POLICY);
    }

    @Test
    void the_moment_of_looking_is_noted_and_changes_nothing() {
        var early = ACTIVE.advance(at(500), at(11));
        var late = ACTIVE.advance(at(500), at(9_999));

        assertThat(ACTIVE.applyAll(early)).isEqualTo(ACTIVE.applyAll(late));
        assertThat(early)
                .extracting(it -> ((ConversationEvent.Transition) it).observedAt())
                .containsOnly(at(11));
    }
}

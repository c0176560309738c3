package lull.entity;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalLong;
import lull.domain.Answer;
import lull.domain.Authority;
import lull.domain.Conversation;
import lull.domain.ConversationEvent;
import lull.domain.ConversationEvent.ClosingIgnored;
import lull.domain.ConversationEvent.MessageRecorded;
import lull.domain.ConversationEvent.WentIdle;
import lull.domain.ConversationId;
import lull.domain.Direction;
import lull.domain.Policy;
import lull.domain.State;
import lull.entity.ConversationEntity.Command;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ConversationEntityTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final ConversationId ID = new ConversationId("default", "k");

    private static final ActorTestKit testKit = ActorTestKit.create(ConfigFactory.parseResources("serialization.conf")
            .withFallback(EventSourcedBehaviorTestKit.config())
            .withFallback(ConfigFactory.load("reference")));

    @AfterAll
    static void shut_down() {
        testKit.shutdownTestKit();
    }

    /** A clock that the test moves. */
    private static final class Hand extends Clock {
        private Instant now = NOON;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        void moveTo(Instant time) {
            now = time;
        }
    }

    private final Hand clock = new Hand();
    private final TestProbe<ClusterSharding.ShardCommand> shard =
            testKit.createTestProbe(ClusterSharding.ShardCommand.class);
    private EventSourcedBehaviorTestKit<Command, ConversationEvent, Conversation> entity = entity(false);

    private EventSourcedBehaviorTestKit<Command, ConversationEvent, Conversation> entity(boolean external) {
        return EventSourcedBehaviorTestKit.create(
                testKit.system(),
                ConversationEntity.create(
                        ID.entityId(), shard.getRef(), Policy.DEFAULT, new EntityTime(clock, external)),
                // Commands, replies and events travel or are stored; the state never is.
                EventSourcedBehaviorTestKit.enabledSerializationSettings().withVerifyState(false));
    }

    private Reply.Recorded record(String messageId, Optional<Instant> at, Direction direction) {
        return entity.<Reply.Recorded>runCommand(replyTo -> new ConversationEntity.Record(
                        new NewMessage(messageId, at, direction, Optional.empty()), replyTo))
                .reply();
    }

    private Reply.Closed close(Authority by, Optional<String> messageId, OptionalLong ifSequence) {
        return entity.<Reply.Closed>runCommand(replyTo -> new ConversationEntity.Close(
                        new NewClosing(messageId, Optional.empty(), State.CLOSED, by, Optional.empty(), ifSequence),
                        replyTo))
                .reply();
    }

    private Reply.Advanced advance(Instant now) {
        return advance(now, 0);
    }

    private Reply.Advanced advance(Instant now, long known) {
        return entity.<Reply.Advanced>runCommand(replyTo -> new ConversationEntity.Advance(now, known, replyTo))
                .reply();
    }

    private Optional<ConversationView> get() {
        return entity.<Reply.Found>runCommand(ConversationEntity.Get::new)
                .reply()
                .conversation();
    }

    @Test
    void answers_the_state_after_a_message() {
        assertThat(record("m1", Optional.empty(), Direction.INBOUND))
                .isEqualTo(new Reply.Recorded(new Answer(1, State.PENDING, NOON, true), false, 2));
        assertThat(record("m2", Optional.empty(), Direction.OUTBOUND))
                .isEqualTo(new Reply.Recorded(new Answer(1, State.ACTIVE, NOON, true), false, 4));
    }

    @Test
    void a_repeated_message_changes_nothing_and_is_answered_as_before() {
        record("m1", Optional.empty(), Direction.INBOUND);
        record("m2", Optional.empty(), Direction.OUTBOUND);
        clock.moveTo(NOON.plusSeconds(60));

        Reply.Recorded again = record("m1", Optional.empty(), Direction.OUTBOUND);

        assertThat(again).isEqualTo(new Reply.Recorded(new Answer(1, State.PENDING, NOON, true), true, 4));
    }

    @Test
    void an_overdue_timeout_is_applied_before_a_message() {
        record("m1", Optional.empty(), Direction.OUTBOUND);
        clock.moveTo(NOON.plus(Duration.ofMinutes(20)));

        Reply.Recorded late = record("m2", Optional.empty(), Direction.INBOUND);

        assertThat(late.answer()).isEqualTo(new Answer(1, State.ACTIVE, clock.now, true));
        assertThat(late.sequence()).isEqualTo(6);
    }

    @Test
    void a_backdated_message_comes_after_the_timeout_that_is_overdue_by_the_nodes_clock() {
        record("m1", Optional.empty(), Direction.OUTBOUND);
        clock.moveTo(NOON.plus(Duration.ofMinutes(20)));

        Reply.Recorded late = record("m2", Optional.of(NOON.plusSeconds(60)), Direction.INBOUND);

        assertThat(late.answer().at()).isEqualTo(NOON.plus(Duration.ofMinutes(15)));
        assertThat(late.answer().state()).isEqualTo(State.ACTIVE);
    }

    @Test
    void a_message_from_the_future_counts_as_now() {
        Reply.Recorded early = record("m1", Optional.of(NOON.plusSeconds(200)), Direction.INBOUND);

        assertThat(early.answer().at()).isEqualTo(NOON);
    }

    @Test
    void a_tick_of_a_fast_clock_elsewhere_times_nothing_out() {
        record("m1", Optional.empty(), Direction.OUTBOUND);

        assertThat(advance(NOON.plus(Duration.ofHours(1)))).isEqualTo(new Reply.Advanced(0, Optional.empty(), false));
    }

    @Test
    void a_tick_applies_every_overdue_transition_at_its_own_time() {
        record("m1", Optional.empty(), Direction.OUTBOUND);
        clock.moveTo(NOON.plus(Duration.ofHours(5)));

        assertThat(advance(clock.now))
                .isEqualTo(new Reply.Advanced(2, Optional.of(NOON.plus(Duration.ofMinutes(15))), false));
        assertThat(advance(clock.now)).isEqualTo(new Reply.Advanced(0, Optional.empty(), false));
        assertThat(get().orElseThrow().since()).isEqualTo(NOON.plus(Duration.ofMinutes(135)));
    }

    @Test
    void one_that_another_node_has_written_leaves_memory_instead_of_advancing_from_half_its_history() {
        long sequence = record("m1", Optional.empty(), Direction.OUTBOUND).sequence();
        clock.moveTo(NOON.plus(Duration.ofHours(1)));

        assertThat(advance(clock.now, sequence + 1)).isEqualTo(new Reply.Advanced(0, Optional.empty(), true));
        shard.expectMessageClass(ClusterSharding.Passivate.class);

        assertThat(advance(clock.now, sequence).transitions()).isEqualTo(1);
        shard.expectNoMessage();
    }

    @Test
    void with_the_external_clock_only_ticks_and_messages_move_time() {
        entity = entity(true);
        record("m1", Optional.of(NOON), Direction.OUTBOUND);
        clock.moveTo(NOON.plus(Duration.ofDays(9)));

        assertThat(get().orElseThrow().state()).isEqualTo(State.ACTIVE);
        assertThat(advance(NOON.plus(Duration.ofMinutes(15))).transitions()).isEqualTo(1);
        assertThat(record("m2", Optional.of(NOON.plus(Duration.ofDays(400))), Direction.INBOUND)
                        .answer()
                        .session())
                .isEqualTo(2);
    }

    @Test
    void looking_at_a_conversation_shows_what_is_true_now() {
        record("m1", Optional.empty(), Direction.OUTBOUND);
        clock.moveTo(NOON.plus(Duration.ofMinutes(15)));

        assertThat(get().orElseThrow().state()).isEqualTo(State.IDLE);
    }

    @Test
    void an_unknown_conversation_is_not_found_and_not_closed() {
        assertThat(get()).isEmpty();
        assertThat(close(Authority.USER, Optional.of("c1"), OptionalLong.empty())
                        .outcome())
                .isEqualTo(Reply.Outcome.UNKNOWN);
        assertThat(get()).isEmpty();
    }

    @Test
    void of_two_closings_the_first_wins() {
        record("m1", Optional.empty(), Direction.INBOUND);

        assertThat(close(Authority.AGENT, Optional.empty(), OptionalLong.empty())
                        .outcome())
                .isEqualTo(Reply.Outcome.ENDED);
        Reply.Closed higher = close(Authority.USER, Optional.empty(), OptionalLong.empty());
        Reply.Closed lower = close(Authority.SYSTEM, Optional.empty(), OptionalLong.empty());

        assertThat(higher.outcome()).isEqualTo(Reply.Outcome.TOO_LATE);
        assertThat(higher.now().orElseThrow().end().orElseThrow().by()).isEqualTo(Authority.AGENT);
        assertThat(higher.now().orElseThrow().sequence()).isEqualTo(4);
        assertThat(lower.now().orElseThrow().sequence()).isEqualTo(4);
    }

    @Test
    void a_repeated_closing_is_answered_as_before() {
        record("m1", Optional.empty(), Direction.INBOUND);
        close(Authority.AGENT, Optional.of("c1"), OptionalLong.empty());

        Reply.Closed again = close(Authority.AGENT, Optional.of("c1"), OptionalLong.of(1));

        assertThat(again.outcome()).isEqualTo(Reply.Outcome.ENDED);
        assertThat(again.repeated()).isTrue();
    }

    @Test
    void closes_only_at_the_sequence_number_that_was_asked_for() {
        record("m1", Optional.empty(), Direction.INBOUND);

        Reply.Closed wrong = close(Authority.AGENT, Optional.empty(), OptionalLong.of(1));
        Reply.Closed right = close(Authority.AGENT, Optional.empty(), OptionalLong.of(2));

        assertThat(wrong.outcome()).isEqualTo(Reply.Outcome.CHANGED_MEANWHILE);
        assertThat(wrong.now().orElseThrow().state()).isEqualTo(State.PENDING);
        assertThat(right.outcome()).isEqualTo(Reply.Outcome.ENDED);
    }

    @Test
    void recovers_to_the_same_state() {
        record("m1", Optional.empty(), Direction.OUTBOUND);
        clock.moveTo(NOON.plus(Duration.ofHours(1)));
        close(Authority.USER, Optional.of("c1"), OptionalLong.empty());
        Conversation before = entity.getState();

        assertThat(entity.restart().state()).isEqualTo(before);
    }

    @Test
    void stops_at_once_when_told() {
        ActorRef<Command> running = testKit.spawn(
                ConversationEntity.create(ID.entityId(), shard.getRef(), Policy.DEFAULT, new EntityTime(clock, false)));
        TestProbe<Object> probe = testKit.createTestProbe();

        running.tell(ConversationEntity.Stop.INSTANCE);

        probe.expectTerminated(running, Duration.ofSeconds(5));
    }

    @Test
    void stores_a_message_after_the_transitions_it_causes() {
        record("m1", Optional.empty(), Direction.OUTBOUND);
        clock.moveTo(NOON.plus(Duration.ofMinutes(16)));

        var events = entity.<Reply.Recorded>runCommand(replyTo -> new ConversationEntity.Record(
                        new NewMessage("m2", Optional.empty(), Direction.INBOUND, Optional.empty()), replyTo))
                .events();

        assertThat(events).hasSize(3);
        assertThat(events.get(0)).isInstanceOf(WentIdle.class);
        assertThat(events.get(2)).isInstanceOf(MessageRecorded.class);
    }

    @Test
    void a_closing_that_outranks_the_ending_is_noted_in_the_history() {
        record("m1", Optional.empty(), Direction.INBOUND);
        close(Authority.AGENT, Optional.empty(), OptionalLong.empty());

        var events = entity.<Reply.Closed>runCommand(replyTo -> new ConversationEntity.Close(
                        new NewClosing(
                                Optional.empty(),
                                Optional.empty(),
                                State.FAILED,
                                Authority.FAILURE,
                                Optional.of("carrier"),
                                OptionalLong.empty()),
                        replyTo))
                .events();

        assertThat(events).singleElement().isInstanceOf(ClosingIgnored.class);
    }
}

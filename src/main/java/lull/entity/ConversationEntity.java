package lull.entity;

import akka.actor.typed.ActorRef;
import akka.actor.typed.BackoffSupervisorStrategy;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.SnapshotSelectionCriteria;
import akka.persistence.typed.javadsl.CommandHandlerWithReply;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import akka.persistence.typed.javadsl.Recovery;
import akka.persistence.typed.javadsl.ReplyEffect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lull.domain.Conversation;
import lull.domain.Conversation.Decision;
import lull.domain.ConversationEvent;
import lull.domain.ConversationId;
import lull.domain.Policy;
import lull.domain.Request;

/**
 * The single writer of one conversation: it brings a command to the domain, stores what the domain decides, and answers. With the system
 * clock it first catches up with its node's clock, so an overdue timeout is applied whoever comes first, tick or message.
 */
public final class ConversationEntity
        extends EventSourcedBehaviorWithEnforcedReplies<ConversationEntity.Command, ConversationEvent, Conversation> {

    public static final EntityTypeKey<Command> TYPE_KEY = EntityTypeKey.create(Command.class, "Conversation");

    /** What a conversation can be asked. */
    public sealed interface Command {}

    /** Record a message. */
    record Record(NewMessage message, ActorRef<Reply.Recorded> replyTo) implements Command {}

    /** End the live session. */
    record Close(NewClosing closing, ActorRef<Reply.Closed> replyTo) implements Command {}

    /** Apply what is overdue at {@code now}. So many events are known to be stored. */
    record Advance(Instant now, long known, ActorRef<Reply.Advanced> replyTo) implements Command {}

    /** Tell how things stand. */
    record Get(ActorRef<Reply.Found> replyTo) implements Command {}

    /** Leave memory. */
    enum Stop implements Command {
        INSTANCE
    }

    /**
     * A failed write has an unknown outcome, and a duplicate key means that another node has written: both are cured by reading the
     * history again. The pause is short, because a database that is back should find its conversations back at once.
     */
    private static final Optional<BackoffSupervisorStrategy> READ_AGAIN =
            Optional.of(SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(2), 0.2)
                    .withLogLevel(org.slf4j.event.Level.DEBUG));

    /** One for all: each conversation in memory holds it. */
    private static final Recovery NO_SNAPSHOT =
            Recovery.withSnapshotSelectionCriteria(SnapshotSelectionCriteria.none());

    /**
     * @param entityId of the conversation ({@link ConversationId#entityId}); as it is in sharding, because an object for it would be held
     *     by each conversation in memory
     * @param shard that it is part of
     * @param policy for the sessions that will be opened from now on
     */
    static Behavior<Command> create(
            String entityId, ActorRef<ClusterSharding.ShardCommand> shard, Policy policy, EntityTime time) {
        return Behaviors.setup(context -> new ConversationEntity(context, entityId, shard, policy, time));
    }

    private final ActorContext<Command> context;
    private final ActorRef<ClusterSharding.ShardCommand> shard;
    private final Policy policy;
    private final EntityTime time;

    private ConversationEntity(
            ActorContext<Command> context,
            String entityId,
            ActorRef<ClusterSharding.ShardCommand> shard,
            Policy policy,
            EntityTime time) {
        super(PersistenceId.ofUniqueId(entityId), READ_AGAIN);
        this.context = context;
        this.shard = shard;
        this.policy = policy;
        this.time = time;
    }

    @Override
    public Conversation emptyState() {
        return Conversation.NEW;
    }

    @Override
    public Recovery recovery() {
        return NO_SNAPSHOT;
    }

    @Override
    public CommandHandlerWithReply<Command, ConversationEvent, Conversation> commandHandler() {
        return this::onCommand;
    }

    /** By hand: the builder would leave a dozen objects in memory for each conversation. */
    private ReplyEffect<ConversationEvent, Conversation> onCommand(Conversation conversation, Command command) {
        if (command instanceof Record it) {
            return onRecord(conversation, it);
        } else if (command instanceof Advance it) {
            return onAdvance(conversation, it);
        } else if (command instanceof Get it) {
            return onGet(conversation, it);
        } else if (command instanceof Close it) {
            return onClose(conversation, it);
        } else if (command == Stop.INSTANCE) {
            return Effect().stop().thenNoReply();
        }
        throw new IllegalArgumentException("nothing is done on " + command);
    }

    @Override
    public EventHandler<Conversation, ConversationEvent> eventHandler() {
        return Conversation::apply;
    }

    private ReplyEffect<ConversationEvent, Conversation> onRecord(Conversation conversation, Record command) {
        Instant now = time.now();
        NewMessage message = command.message();
        List<ConversationEvent> overdue = overdue(conversation, now);
        Decision decision = conversation
                .applyAll(overdue)
                .decide(
                        new Request.Message(
                                message.messageId(), time.of(message.at(), now), message.direction(), message.from()),
                        policy,
                        now);
        return Effect()
                .persist(both(overdue, decision.events()))
                .thenReply(
                        command.replyTo(),
                        state -> new Reply.Recorded(decision.answer(), decision.repeated(), sequence()));
    }

    private ReplyEffect<ConversationEvent, Conversation> onClose(Conversation conversation, Close command) {
        Instant now = time.now();
        NewClosing closing = command.closing();
        List<ConversationEvent> overdue = overdue(conversation, now);
        Conversation current = conversation.applyAll(overdue);
        Decision decision = current.decide(
                new Request.Closing(
                        closing.messageId(), time.of(closing.at(), now), closing.to(), closing.by(), closing.reason()),
                policy,
                now);
        boolean changedMeanwhile = !decision.repeated()
                && closing.ifSequence().isPresent()
                && closing.ifSequence().getAsLong() != sequence() + overdue.size();
        if (changedMeanwhile) {
            return Effect()
                    .persist(overdue)
                    .thenReply(command.replyTo(), state -> closed(Reply.Outcome.CHANGED_MEANWHILE, decision, state));
        }
        Reply.Outcome outcome = decision.answer().accepted()
                ? Reply.Outcome.ENDED
                : decision.answer().session() == 0 ? Reply.Outcome.UNKNOWN : Reply.Outcome.TOO_LATE;
        return Effect()
                .persist(both(overdue, decision.events()))
                .thenReply(command.replyTo(), state -> closed(outcome, decision, state));
    }

    /**
     * A write would find out that another node has written, but a conversation that knows of nothing overdue writes nothing. So it is told how
     * much there is to know, and if it knows less it leaves memory; its shard keeps what comes meanwhile for the one that reads the history.
     */
    private ReplyEffect<ConversationEvent, Conversation> onAdvance(Conversation conversation, Advance command) {
        if (command.known() > sequence()) {
            context.getLog()
                    .info(
                            "{} was written by another node too: it is read again",
                            persistenceId().id());
            shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
            return Effect().none().thenReply(command.replyTo(), state -> new Reply.Advanced(0, Optional.empty(), true));
        }
        Instant now = time.now();
        List<ConversationEvent> events = conversation.advance(time.bounded(command.now(), now), now);
        Reply.Advanced reply =
                new Reply.Advanced(events.size(), events.stream().findFirst().map(ConversationEvent::at), false);
        return Effect().persist(events).thenReply(command.replyTo(), state -> reply);
    }

    private ReplyEffect<ConversationEvent, Conversation> onGet(Conversation conversation, Get command) {
        return Effect()
                .persist(overdue(conversation, time.now()))
                .thenReply(command.replyTo(), state -> new Reply.Found(view(state)));
    }

    /** What this node's clock alone brings. The external clock brings nothing: there only ticks and messages move time. */
    private List<ConversationEvent> overdue(Conversation conversation, Instant now) {
        return time.external() ? List.of() : conversation.advance(now, now);
    }

    private static List<ConversationEvent> both(List<ConversationEvent> first, List<ConversationEvent> second) {
        if (first.isEmpty()) {
            return second;
        }
        List<ConversationEvent> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private Reply.Closed closed(Reply.Outcome outcome, Decision decision, Conversation state) {
        return new Reply.Closed(outcome, decision.answer(), decision.repeated(), view(state));
    }

    private Optional<ConversationView> view(Conversation conversation) {
        return ConversationView.of(ConversationId.parse(persistenceId().id()), conversation, sequence());
    }

    private long sequence() {
        return lastSequenceNumber(context);
    }
}

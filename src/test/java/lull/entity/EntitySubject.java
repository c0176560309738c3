package lull.entity;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.AskPattern;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import lull.domain.Authority;
import lull.domain.ConversationEvent;
import lull.domain.ConversationId;
import lull.domain.Direction;
import lull.domain.Policy;
import lull.domain.State;
import lull.model.Line;
import lull.model.MessageStream;
import lull.model.Subject;
import lull.model.Transition;

/**
 * The real actors, over a journal in memory that keeps events in their stored form. Now and then one is stopped and comes back from its
 * journal, as after a passivation.
 */
final class EntitySubject implements Subject {

    private static final AtomicLong TRIALS = new AtomicLong();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ActorTestKit testKit;
    private final PersistenceTestKit journal;
    private final Policy policy;
    private final Random random;
    private final String trial = "t" + TRIALS.incrementAndGet() + ":";
    private final Map<String, ActorRef<ConversationEntity.Command>> actors = new LinkedHashMap<>();

    EntitySubject(ActorTestKit testKit, MessageStream stream) {
        this.testKit = testKit;
        this.journal = PersistenceTestKit.create(testKit.system());
        this.policy = new Policy(
                stream.limits().idleAfter(),
                stream.limits().expireAfter(),
                stream.limits().pendingExpireAfter(),
                stream.limits().maxAge());
        this.random = new Random(~stream.seed());
    }

    @Override
    public void send(Line line) {
        if (random.nextInt(8) == 0) {
            stop(line.conversation());
        }
        if (line.type().equals("message")) {
            NewMessage message = new NewMessage(
                    line.messageId().orElseThrow(),
                    Optional.of(line.at()),
                    Direction.valueOf(line.direction().orElseThrow().toUpperCase(java.util.Locale.ROOT)),
                    Optional.empty());
            this.<Reply.Recorded>ask(line.conversation(), replyTo -> new ConversationEntity.Record(message, replyTo));
        } else {
            NewClosing closing = new NewClosing(
                    line.messageId(),
                    Optional.of(line.at()),
                    line.type().equals("fail") ? State.FAILED : State.CLOSED,
                    line.by()
                            .map(by -> Authority.valueOf(by.toUpperCase(java.util.Locale.ROOT)))
                            .orElse(Authority.FAILURE),
                    Optional.empty(),
                    OptionalLong.empty());
            this.<Reply.Closed>ask(line.conversation(), replyTo -> new ConversationEntity.Close(closing, replyTo));
        }
    }

    @Override
    public void advance(Instant now) {
        List.copyOf(actors.keySet())
                .forEach(
                        it -> this.<Reply.Advanced>ask(it, replyTo -> new ConversationEntity.Advance(now, 0, replyTo)));
    }

    @Override
    public List<Transition> history() {
        List<Transition> transitions = new ArrayList<>();
        actors.keySet()
                .forEach(it -> journal.persistedInStorage(id(it).entityId()).stream()
                        .flatMap(event -> event instanceof ConversationEvent.Transition transition
                                ? Stream.of(new Transition(
                                        it,
                                        transition.session(),
                                        transition.from().map(State::wireName),
                                        transition.to().wireName(),
                                        transition.at(),
                                        transition.cause()))
                                : Stream.empty())
                        .forEach(transitions::add));
        return Transition.sorted(transitions);
    }

    /** Ends the actors of this trial. */
    void close() {
        actors.values().forEach(it -> it.tell(ConversationEntity.Stop.INSTANCE));
    }

    private ConversationId id(String conversation) {
        return new ConversationId("default", trial + conversation);
    }

    private void stop(String conversation) {
        ActorRef<ConversationEntity.Command> actor = actors.remove(conversation);
        if (actor != null) {
            TestProbe<Object> probe = testKit.createTestProbe();
            actor.tell(ConversationEntity.Stop.INSTANCE);
            probe.expectTerminated(actor, PATIENCE);
            probe.stop();
            actor(conversation);
        }
    }

    private ActorRef<ConversationEntity.Command> actor(String conversation) {
        return actors.computeIfAbsent(
                conversation,
                it -> testKit.spawn(ConversationEntity.create(
                        id(it).entityId(),
                        testKit.system().ignoreRef(),
                        policy,
                        new EntityTime(Clock.systemUTC(), true))));
    }

    private <R> R ask(
            String conversation, akka.japi.function.Function<ActorRef<R>, ConversationEntity.Command> command) {
        return AskPattern.ask(
                        actor(conversation), command, PATIENCE, testKit.system().scheduler())
                .toCompletableFuture()
                .join();
    }
}

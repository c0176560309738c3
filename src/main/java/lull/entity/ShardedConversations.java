package lull.entity;

import akka.actor.Cancellable;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.japi.function.Function;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import lull.domain.ConversationId;
import lull.domain.Policy;

/** The conversations of the cluster: the only place that knows of sharding. */
public final class ShardedConversations implements Conversations {

    /**
     * How long to wait for an answer. Longer than a wait for the pool, so that a busy database is waited for; short enough that a client
     * hears within 10 s, and that soon after an outage nobody waits any more for what has failed in it.
     */
    static final Duration PATIENCE = Duration.ofSeconds(7);

    /**
     * After which a question is put again, if that changes nothing: a shard that moves to another node drops what had been waiting for it
     * ("to avoid re-ordering"), and nobody would hear of it before the end of our patience.
     */
    static final Duration AGAIN_AFTER = Duration.ofSeconds(2);

    /**
     * How long a sweep waits for one conversation. Shorter, as the next tick comes to it again: a node that is lost takes some of every
     * slice with it, and the others of the slice are not to wait for them.
     */
    static final Duration SWEEP_PATIENCE = Duration.ofSeconds(4);

    private final ActorSystem<?> system;
    private final ActorRef<ShardingEnvelope<ConversationEntity.Command>> region;
    private final int maxInFlight;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AdvanceQueue advances;

    private ShardedConversations(
            ActorSystem<?> system, ActorRef<ShardingEnvelope<ConversationEntity.Command>> region, int maxInFlight) {
        this.system = system;
        this.region = region;
        this.maxInFlight = maxInFlight;
        this.advances = new AdvanceQueue(
                System::nanoTime,
                (delay, task) -> system.scheduler().scheduleOnce(delay, task, system.executionContext()));
    }

    /**
     * Starts the conversations of this node.
     *
     * @param policy for the sessions that will be opened from now on
     * @param maxInFlight the most requests from outside that may be under way through this node; more are refused at once
     */
    public static ShardedConversations init(ActorSystem<?> system, Policy policy, EntityTime time, int maxInFlight) {
        ActorRef<ShardingEnvelope<ConversationEntity.Command>> region = ClusterSharding.get(system)
                .init(Entity.of(
                                ConversationEntity.TYPE_KEY,
                                it -> ConversationEntity.create(it.getEntityId(), it.getShard(), policy, time))
                        .withMessageExtractor(new SliceExtractor<>(ConversationId::slice))
                        .withStopMessage(ConversationEntity.Stop.INSTANCE));
        return new ShardedConversations(system, region, maxInFlight);
    }

    @Override
    public CompletionStage<Reply.Recorded> record(ConversationId id, NewMessage message) {
        return limited(() -> askTwice(id, replyTo -> new ConversationEntity.Record(message, replyTo)));
    }

    @Override
    public CompletionStage<Reply.Closed> close(ConversationId id, NewClosing closing) {
        // Without an id a second one could not be told from another closing.
        return limited(() -> closing.messageId().isPresent()
                ? askTwice(id, replyTo -> new ConversationEntity.Close(closing, replyTo))
                : ask(id, PATIENCE, replyTo -> new ConversationEntity.Close(closing, replyTo)));
    }

    @Override
    public CompletionStage<Optional<ConversationView>> get(ConversationId id) {
        return limited(() -> this.<Reply.Found>askTwice(id, ConversationEntity.Get::new))
                .thenApply(Reply.Found::conversation);
    }

    /** Not limited: the sweepers bound themselves, and must go on when requests are refused. */
    @Override
    public CompletionStage<Reply.Advanced> advance(ConversationId id, Instant now, long known) {
        return advances.add(() -> askToAdvance(id, now, known)
                .thenCompose(reply ->
                        reply.behind() ? askToAdvance(id, now, known) : CompletableFuture.completedFuture(reply)));
    }

    private CompletionStage<Reply.Advanced> askToAdvance(ConversationId id, Instant now, long known) {
        return ask(id, SWEEP_PATIENCE, replyTo -> new ConversationEntity.Advance(now, known, replyTo));
    }

    private <R> CompletionStage<R> askTwice(
            ConversationId id, Function<ActorRef<R>, ConversationEntity.Command> command) {
        return twice(
                system,
                AGAIN_AFTER,
                () -> ask(id, PATIENCE, command),
                () -> ask(id, PATIENCE.minus(AGAIN_AFTER), command));
    }

    /** The first answer that comes. The second question is put only if the first has had none for a while, and fails with the first. */
    static <R> CompletionStage<R> twice(
            ActorSystem<?> system,
            Duration again,
            Supplier<CompletionStage<R>> first,
            Supplier<CompletionStage<R>> second) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        Cancellable timer = system.scheduler()
                .scheduleOnce(again, () -> second.get().thenAccept(answer::complete), system.executionContext());
        first.get().whenComplete((reply, failure) -> {
            timer.cancel();
            if (failure == null) {
                answer.complete(reply);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    /** By the region itself: a reference to the entity would be made, with an encoded path, and be thrown away. */
    private <R> CompletionStage<R> ask(
            ConversationId id, Duration patience, Function<ActorRef<R>, ConversationEntity.Command> command) {
        return AskPattern.<ShardingEnvelope<ConversationEntity.Command>, R>ask(
                        region,
                        replyTo -> new ShardingEnvelope<>(id.entityId(), command.apply(replyTo)),
                        patience,
                        system.scheduler())
                .exceptionally(failure -> {
                    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                    if (cause instanceof TimeoutException) {
                        throw new Unavailable("no answer within " + patience.toSeconds() + " s");
                    }
                    throw new CompletionException(cause);
                });
    }

    private <R> CompletionStage<R> limited(Supplier<CompletionStage<R>> call) {
        advances.requested();
        if (inFlight.incrementAndGet() > maxInFlight) {
            inFlight.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new Unavailable("more than " + maxInFlight + " requests are under way"));
        }
        return call.get().whenComplete((reply, failure) -> inFlight.decrementAndGet());
    }
}

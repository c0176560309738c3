package lull.sweep;

import akka.NotUsed;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.japi.Pair;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import lull.domain.ConversationId;
import lull.entity.BesideConversations;
import lull.entity.Conversations;
import lull.entity.Reply;
import lull.entity.SliceExtractor;
import lull.readmodel.DueConversation;
import lull.readmodel.DueIndex;

/**
 * Walks through the due conversations of one slice and tells each what time it is. Each slice has one, on the node that
 * has the conversations of the slice, as far as that can be told. It writes
 * nothing and decides nothing: a due row is a hint, the conversation decides.
 */
public final class Sweeper extends AbstractBehavior<Sweeper.Command> {

    static final EntityTypeKey<Command> TYPE_KEY = EntityTypeKey.create(Command.class, "Sweeper");

    /** What a sweeper can be asked. */
    public sealed interface Command {}

    /**
     * Sweep the slice. If a sweep is under way this does not start another: its answer goes to the latest that asked.
     *
     * @param tick told back with the answer
     */
    record Sweep(long tick, Instant now, ActorRef<Swept> replyTo) implements Command {}

    private record Finished(SweepReport report, Optional<Throwable> failure) implements Command {}

    /**
     * A sweep has ended.
     *
     * @param complete false if the due index could not be read to the end
     */
    record Swept(long tick, int slice, SweepReport report, boolean complete) {}

    /** Starts this node's part of the sweepers, and returns how to reach them: by slice. */
    static ActorRef<ShardingEnvelope<Command>> init(
            ActorSystem<?> system, DueIndex due, Conversations conversations, SweepSettings settings) {
        return ClusterSharding.get(system)
                .init(Entity.of(
                                TYPE_KEY,
                                context ->
                                        create(Integer.parseInt(context.getEntityId()), due, conversations, settings))
                        .withMessageExtractor(new SliceExtractor<>(Integer::parseInt))
                        .withAllocationStrategy(new BesideConversations(system)));
    }

    static Behavior<Command> create(int slice, DueIndex due, Conversations conversations, SweepSettings settings) {
        return Behaviors.setup(context -> new Sweeper(context, slice, due, conversations, settings));
    }

    private final int slice;
    private final DueIndex due;
    private final Conversations conversations;
    private final SweepSettings settings;

    private Optional<Sweep> underWay = Optional.empty();

    private Sweeper(
            ActorContext<Command> context,
            int slice,
            DueIndex due,
            Conversations conversations,
            SweepSettings settings) {
        super(context);
        this.slice = slice;
        this.due = due;
        this.conversations = conversations;
        this.settings = settings;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Sweep.class, this::onSweep)
                .onMessage(Finished.class, this::onFinished)
                .onSignal(PostStop.class, stopped -> onStopped())
                .build();
    }

    /** It moves to another node, or ends: the scheduler need not wait for an answer that will not come. */
    private Behavior<Command> onStopped() {
        answer(SweepReport.NOTHING, false);
        return this;
    }

    private Behavior<Command> onSweep(Sweep sweep) {
        if (underWay.isEmpty()) {
            getContext()
                    .pipeToSelf(
                            walk(sweep.now()),
                            (report, failure) -> new Finished(
                                    failure == null ? report : SweepReport.NOTHING, Optional.ofNullable(failure)));
        }
        underWay = Optional.of(sweep);
        return this;
    }

    private Behavior<Command> onFinished(Finished finished) {
        finished.failure()
                .ifPresent(failure -> getContext()
                        .getLog()
                        .warn("slice {} could not be swept, the next tick tries again: {}", slice, failure.toString()));
        answer(finished.report(), finished.failure().isEmpty());
        return this;
    }

    private void answer(SweepReport report, boolean complete) {
        underWay.ifPresent(sweep -> sweep.replyTo().tell(new Swept(sweep.tick(), slice, report, complete)));
        underWay = Optional.empty();
    }

    private CompletionStage<SweepReport> walk(Instant now) {
        return dueRows(now)
                .mapAsyncUnordered(settings.parallelism(), row -> advance(row, now))
                .runWith(
                        Sink.fold(SweepReport.NOTHING, SweepReport::plus),
                        getContext().getSystem());
    }

    /** Page after page behind the last row of the one before, so that rows which stay for a while hide nothing; ends with a page not full. */
    private Source<DueConversation, NotUsed> dueRows(Instant now) {
        return Source.unfoldAsync(
                        Optional.of(DueConversation.START),
                        (Optional<DueConversation> after) -> after.isEmpty() ? end() : page(now, after.get()))
                .mapConcat(rows -> rows);
    }

    private CompletionStage<Optional<Pair<Optional<DueConversation>, List<DueConversation>>>> page(
            Instant now, DueConversation after) {
        return due.page(slice, now, after, settings.pageRows())
                .thenApply(rows -> Optional.of(Pair.create(
                        rows.size() < settings.pageRows()
                                ? Optional.<DueConversation>empty()
                                : Optional.of(rows.get(rows.size() - 1)),
                        rows)));
    }

    private static CompletionStage<Optional<Pair<Optional<DueConversation>, List<DueConversation>>>> end() {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    private CompletionStage<SweepReport> advance(DueConversation row, Instant now) {
        return conversations
                .advance(ConversationId.parse(row.entityId()), now, row.sequence())
                .handle((reply, failure) -> failure == null ? report(reply, now) : failed(row, failure));
    }

    private SweepReport report(Reply.Advanced reply, Instant now) {
        return reply.oldest()
                .map(oldest -> SweepReport.transitioned(Duration.between(oldest, now)))
                .orElse(SweepReport.ALREADY_DONE);
    }

    private SweepReport failed(DueConversation row, Throwable failure) {
        org.slf4j.LoggerFactory.getLogger(Sweeper.class)
                .debug("{} was not advanced, the next tick comes to it again: {}", row.entityId(), failure.toString());
        return SweepReport.FAILED;
    }
}

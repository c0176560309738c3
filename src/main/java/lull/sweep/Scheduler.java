package lull.sweep;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent;
import akka.cluster.MemberStatus;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.SingletonActor;
import akka.cluster.typed.Subscribe;
import akka.pattern.StatusReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.StreamSupport;
import lull.domain.ConversationId;
import lull.entity.Conversations;
import lull.entity.EntityTime;
import lull.readmodel.DueIndex;
import org.slf4j.event.Level;

/**
 * The clock of the cluster: one, wherever it is. Each tick looks which slices have anything due, tells their sweepers what time it is and
 * gathers what came of it. It keeps nothing that a successor would need.
 *
 * <p>The delay between ticks is fixed, not their rate, and a tick that comes later than by twice the interval is dropped: so a process that
 * was paused sends no burst of old ones, and none at all before it knows whether it is still the one. A slice that is still sweeping is left
 * alone, so one slow slice holds up no other.
 */
public final class Scheduler extends AbstractBehavior<Scheduler.Command> {

    /** The most ticks from outside that may wait. */
    private static final int MOST_POSTED = 100;

    /** What the scheduler can be asked. */
    public sealed interface Command {}

    /**
     * A tick from outside. It is answered once everything that was due at {@code now}, by whatever was stored before the call, has been
     * advanced: so it waits for the read model, and for the ticks before it.
     *
     * @param now empty: the time of the scheduler's clock
     */
    record Tick(Optional<Instant> now, ActorRef<StatusReply<TickReport>> replyTo) implements Command {}

    /** Less than the phase of the shutdown in which it is waited for. */
    private static final Duration REST = Duration.ofSeconds(4);

    private static final Duration WORTH_A_LINE = Duration.ofSeconds(1);

    /** A tick that comes later than this many intervals is dropped. */
    private static final int STALE_AFTER = 2;

    /** Tick no more, and say when no sweep is under way. Ticks from outside have ended by then, with the HTTP server. */
    record Rest(ActorRef<Done> replyTo) implements Command {}

    private enum Beat implements Command {
        /** It is time to tick. */
        TICK,
        /** It is time to look for sweeps that were lost on their way. */
        LOOK_FOR_LOST,
        /** A node has left the cluster, and whatever it swept with it. */
        NODE_GONE
    }

    /** @param due the slices that have anything due; empty if there is a failure */
    private record Looked(Gathering gathering, Set<Integer> due, Optional<Throwable> failure) implements Command {}

    private record CaughtUp(Optional<Throwable> failure) implements Command {}

    private record SliceSwept(Sweeper.Swept swept) implements Command {}

    /** Starts the sweepers of this node, and its stand-by for the scheduler. Returns how to reach the one that runs. */
    public static ActorRef<Command> init(
            ActorSystem<?> system,
            DueIndex due,
            Conversations conversations,
            EntityTime time,
            Optional<Duration> interval,
            SweepSettings settings) {
        ActorRef<ShardingEnvelope<Sweeper.Command>> sweepers = Sweeper.init(system, due, conversations, settings);
        ActorRef<Command> scheduler = ClusterSingleton.get(system)
                .init(SingletonActor.of(
                        inCluster(create(sweepers, due, time, interval, settings.patience(), System::nanoTime)),
                        "scheduler"));
        CoordinatedShutdown.get(system)
                .addTask(
                        CoordinatedShutdown.PhaseBeforeClusterShutdown(),
                        "rest",
                        () -> isLast(system)
                                ? AskPattern.ask(scheduler, Rest::new, REST, system.scheduler())
                                        .exceptionally(tooLong -> Done.getInstance())
                                : CompletableFuture.completedFuture(Done.getInstance()));
        return scheduler;
    }

    private static Behavior<Command> inCluster(Behavior<Command> scheduler) {
        return Behaviors.setup(context -> {
            ActorRef<ClusterEvent.MemberRemoved> removed =
                    context.messageAdapter(ClusterEvent.MemberRemoved.class, it -> Beat.NODE_GONE);
            Cluster.get(context.getSystem())
                    .subscriptions()
                    .tell(Subscribe.create(removed, ClusterEvent.MemberRemoved.class));
            return scheduler;
        });
    }

    /** Then there is nobody who would take over the slices, and what goes on to ask for them would hold up the end until it is cut. */
    private static boolean isLast(ActorSystem<?> system) {
        return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
                        .filter(it -> it.status() == MemberStatus.up())
                        .count()
                < 2;
    }

    /**
     * @param interval the delay between ticks; empty: there are only ticks from outside
     * @param patience after which a sweep is taken for lost and sent again
     * @param nanoTime a clock that goes on while the process stands still, and never back, in nanoseconds
     */
    static Behavior<Command> create(
            ActorRef<ShardingEnvelope<Sweeper.Command>> sweepers,
            DueIndex due,
            EntityTime time,
            Optional<Duration> interval,
            Duration patience,
            LongSupplier nanoTime) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new Scheduler(context, timers, sweepers, due, time, interval, patience, nanoTime)));
    }

    private final TimerScheduler<Command> timers;
    private final ActorRef<ShardingEnvelope<Sweeper.Command>> sweepers;
    private final ActorRef<Sweeper.Swept> answers;
    private final DueIndex due;
    private final EntityTime time;
    private final Optional<Duration> interval;
    private final LongSupplier nanoTime;

    /** The sweeps that have not been answered, by slice. */
    private final Map<Integer, Sweep> sweeping = new HashMap<>();

    /** The ticks from outside that wait for their turn; the first may be waiting for the read model. */
    private final Queue<Tick> posted = new ArrayDeque<>();

    private Optional<Rest> resting = Optional.empty();

    /** Whether a tick is looking which slices have anything due. */
    private boolean looking;

    private boolean catchingUp;
    private boolean caughtUp;
    private long ticks;
    private long looks;

    /** When the next beat is to come, by {@link #nanoTime}. */
    private long planned;

    /** The ticks that came too late to be of use. */
    private long dropped;

    private Scheduler(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ActorRef<ShardingEnvelope<Sweeper.Command>> sweepers,
            DueIndex due,
            EntityTime time,
            Optional<Duration> interval,
            Duration patience,
            LongSupplier nanoTime) {
        super(context);
        this.timers = timers;
        this.sweepers = sweepers;
        this.answers = context.messageAdapter(Sweeper.Swept.class, SliceSwept::new);
        this.due = due;
        this.time = time;
        this.interval = interval;
        this.nanoTime = nanoTime;
        this.planned = nanoTime.getAsLong();
        context.getLog()
                .info(
                        "the cluster ticks from this node, {}",
                        interval.map(it -> "every " + it).orElse("when it is told to"));
        timers.startTimerWithFixedDelay(Beat.LOOK_FOR_LOST, patience);
        interval.ifPresent(ignored -> context.getSelf().tell(Beat.TICK));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Beat.TICK, this::onBeat)
                .onMessageEquals(Beat.LOOK_FOR_LOST, this::onLookForLost)
                .onMessageEquals(Beat.NODE_GONE, this::onNodeGone)
                .onMessage(SliceSwept.class, it -> onSwept(it.swept()))
                .onMessage(Tick.class, this::onTick)
                .onMessage(CaughtUp.class, this::onCaughtUp)
                .onMessage(Rest.class, this::onRest)
                .onMessage(Looked.class, this::onLooked)
                .build();
    }

    /** The next beat is counted from this one, whenever this one came. While a tick from outside is served, none is needed. */
    private Behavior<Command> onBeat() {
        if (resting.isPresent()) {
            return this; // it was on its way already when the timers ended
        }
        Duration late = Duration.ofNanos(nanoTime.getAsLong() - planned);
        if (late.compareTo(interval.orElseThrow().multipliedBy(STALE_AFTER)) > 0) {
            dropped++;
            // Of a tick of milliseconds every collection of garbage would cost a line.
            getContext()
                    .getLog()
                    .atLevel(late.compareTo(WORTH_A_LINE) > 0 ? Level.INFO : Level.DEBUG)
                    .log("a tick was dropped, as it came {} ms late; {} so far", late.toMillis(), dropped);
        } else if (posted.isEmpty() && !looking) {
            start(time.now(), Optional.empty());
        }
        planned = nanoTime.getAsLong() + interval.orElseThrow().toNanos();
        timers.startSingleTimer(Beat.TICK, interval.orElseThrow());
        return this;
    }

    private Behavior<Command> onTick(Tick tick) {
        if (posted.size() == MOST_POSTED) {
            tick.replyTo().tell(StatusReply.error("more than " + MOST_POSTED + " ticks are waiting"));
        } else {
            posted.add(tick);
            serve();
        }
        return this;
    }

    private Behavior<Command> onRest(Rest rest) {
        timers.cancelAll();
        resting = Optional.of(rest);
        answerRest();
        return this;
    }

    private void answerRest() {
        if (sweeping.isEmpty() && !looking) {
            resting.ifPresent(rest -> rest.replyTo().tell(Done.getInstance()));
        }
    }

    /** Serves the first tick from outside: once the read model has caught up and no older sweep is under way. */
    private void serve() {
        if (posted.isEmpty()) {
            return;
        }
        if (!catchingUp && !caughtUp) {
            catchingUp = true;
            getContext().pipeToSelf(due.caughtUp(), (done, failure) -> new CaughtUp(Optional.ofNullable(failure)));
        } else if (caughtUp && !looking && sweeping.isEmpty()) {
            Tick tick = posted.element();
            Instant now = time.now();
            start(tick.now().map(it -> time.bounded(it, now)).orElse(now), Optional.of(tick));
        }
    }

    private Behavior<Command> onCaughtUp(CaughtUp outcome) {
        catchingUp = false;
        caughtUp = outcome.failure().isEmpty();
        outcome.failure().ifPresent(failure -> posted.remove().replyTo().tell(StatusReply.error(failure.getMessage())));
        serve();
        return this;
    }

    private void start(Instant now, Optional<Tick> tick) {
        Gathering gathering = new Gathering(++ticks, now, System.nanoTime(), tick);
        looking = true;
        getContext()
                .pipeToSelf(
                        due.dueSlices(now),
                        (slices, failure) -> new Looked(
                                gathering, failure == null ? slices : Set.of(), Optional.ofNullable(failure)));
    }

    /** A slice that has nothing due is done with. Mostly that is all of them: then a tick costs this one look. */
    private Behavior<Command> onLooked(Looked looked) {
        looking = false;
        Gathering gathering = looked.gathering();
        // If this node cannot look, those of the sweepers that can, on other nodes, are not to wait for it.
        boolean all = looked.failure().isPresent();
        for (int slice = 0; slice < ConversationId.SLICES; slice++) {
            if (!sweeping.containsKey(slice)) {
                gathering.slices++;
                if (all || looked.due().contains(slice)) {
                    gathering.open++;
                    send(slice, gathering);
                }
            }
        }
        if (gathering.open == 0) {
            finish(gathering);
        }
        answerRest();
        serve();
        return this;
    }

    private void send(int slice, Gathering gathering) {
        sweeping.put(slice, new Sweep(gathering, looks));
        sweepers.tell(new ShardingEnvelope<>(
                Integer.toString(slice), new Sweeper.Sweep(gathering.tick, gathering.now, answers)));
    }

    private Behavior<Command> onSwept(Sweeper.Swept swept) {
        Sweep sweep = sweeping.get(swept.slice());
        if (sweep == null || sweep.gathering.tick != swept.tick()) {
            return this; // the answer to a sweep that was sent twice
        }
        sweeping.remove(swept.slice());
        Gathering gathering = sweep.gathering;
        gathering.open--;
        gathering.sum = gathering.sum.plus(swept.report());
        gathering.complete &= swept.complete();
        if (gathering.open == 0) {
            finish(gathering);
        }
        answerRest();
        serve();
        return this;
    }

    private void finish(Gathering gathering) {
        TickReport report = gathering.report();
        if (report.swept().due() > 0 || !report.complete()) {
            getContext().getLog().info("{}", report);
        } else {
            getContext().getLog().debug("{}", report);
        }
        gathering.posted.ifPresent(tick -> {
            posted.remove();
            caughtUp = false;
            tick.replyTo().tell(StatusReply.success(report));
        });
    }

    private Behavior<Command> onNodeGone() {
        Map.copyOf(sweeping).forEach((slice, sweep) -> send(slice, sweep.gathering));
        return this;
    }

    /** A sweeper that is still at it takes the second message for the first; one that was lost with its node starts anew elsewhere. */
    private Behavior<Command> onLookForLost() {
        looks++;
        Map.copyOf(sweeping).forEach((slice, sweep) -> {
            if (sweep.sentAtLook < looks - 1) {
                send(slice, sweep.gathering);
            }
        });
        return this;
    }

    /** @param sentAtLook how often lost sweeps had been looked for when it was sent: two looks later it is older than our patience */
    private record Sweep(Gathering gathering, long sentAtLook) {}

    /** A tick whose sweeps are under way. */
    private static final class Gathering {
        final long tick;
        final Instant now;
        final long startedAt;
        final Optional<Tick> posted;
        int slices;
        int open;
        SweepReport sum = SweepReport.NOTHING;
        boolean complete = true;

        Gathering(long tick, Instant now, long startedAt, Optional<Tick> posted) {
            this.tick = tick;
            this.now = now;
            this.startedAt = startedAt;
            this.posted = posted;
        }

        TickReport report() {
            return new TickReport(now, slices, sum, Duration.ofNanos(System.nanoTime() - startedAt), complete);
        }
    }
}

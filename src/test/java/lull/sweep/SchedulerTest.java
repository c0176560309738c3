package lull.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.pattern.StatusReply;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lull.domain.ConversationId;
import lull.entity.EntityTime;
import lull.readmodel.DueConversation;
import lull.readmodel.DueIndex;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchedulerTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int SLICES = ConversationId.SLICES;

    private final AtomicLong nanos = new AtomicLong();

    private static final ActorTestKit testKit =
            ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load("reference")));
    private static final ManualTime manualTime = ManualTime.get(testKit.system());

    @AfterAll
    static void shut_down() {
        testKit.shutdownTestKit();
    }

    /** A read model that catches up when the test says so. */
    private static final class Due implements DueIndex {
        private final CompletableFuture<Done> caughtUp = new CompletableFuture<>();
        private final AtomicInteger looks = new AtomicInteger();
        private CompletionStage<Set<Integer>> slices = CompletableFuture.completedFuture(
                IntStream.range(0, SLICES).boxed().collect(Collectors.toSet()));

        @Override
        public CompletionStage<Set<Integer>> dueSlices(Instant now) {
            looks.incrementAndGet();
            return slices;
        }

        @Override
        public CompletionStage<List<DueConversation>> page(int slice, Instant now, DueConversation after, int limit) {
            throw new AssertionError("the scheduler reads no page");
        }

        @Override
        public CompletionStage<Done> caughtUp() {
            return caughtUp;
        }
    }

    private final Due due = new Due();
    private final TestProbe<ShardingEnvelope<Sweeper.Command>> sweepers = sweepers();
    private final TestProbe<StatusReply<TickReport>> caller = caller();
    private Clock clock = Clock.fixed(NOON, ZoneOffset.UTC);
    private boolean external;
    private ActorRef<Scheduler.Command> scheduler;

    @SuppressWarnings("unchecked")
    private static TestProbe<ShardingEnvelope<Sweeper.Command>> sweepers() {
        return (TestProbe<ShardingEnvelope<Sweeper.Command>>) (TestProbe<?>) testKit.createTestProbe();
    }

    @SuppressWarnings("unchecked")
    private static TestProbe<StatusReply<TickReport>> caller() {
        return (TestProbe<StatusReply<TickReport>>) (TestProbe<?>) testKit.createTestProbe();
    }

    private void start(Optional<Duration> interval) {
        scheduler = testKit.spawn(Scheduler.create(
                sweepers.getRef(), due, new EntityTime(clock, external), interval, PATIENCE, nanos::get));
    }

    @AfterEach
    void stop() {
        testKit.stop(scheduler);
    }

    private Map<Integer, Sweeper.Sweep> expectSweeps(int count) {
        Map<Integer, Sweeper.Sweep> sweeps = new HashMap<>();
        for (int i = 0; i < count; i++) {
            var envelope = sweepers.receiveMessage();
            sweeps.put(Integer.parseInt(envelope.entityId()), (Sweeper.Sweep) envelope.message());
        }
        assertThat(sweeps).hasSize(count);
        return sweeps;
    }

    private static void answer(Map<Integer, Sweeper.Sweep> sweeps, SweepReport report) {
        sweeps.forEach((slice, sweep) -> sweep.replyTo().tell(new Sweeper.Swept(sweep.tick(), slice, report, true)));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        manualTime.timePasses(time);
    }

    /** What a stop of the process does: its timers stand still, the time does not. */
    private void standStill(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void only_the_slices_that_have_something_due_are_swept() {
        due.slices = CompletableFuture.completedFuture(Set.of(3, 14));
        due.caughtUp.complete(Done.getInstance());
        start(Optional.empty());

        scheduler.tell(new Scheduler.Tick(Optional.empty(), caller.getRef()));
        Map<Integer, Sweeper.Sweep> sweeps = expectSweeps(2);
        sweepers.expectNoMessage();
        answer(sweeps, new SweepReport(1, 1, 0, 0, Duration.ZERO));

        assertThat(sweeps).containsOnlyKeys(3, 14);
        TickReport report = caller.receiveMessage().getValue();
        assertThat(report.slices()).isEqualTo(SLICES);
        assertThat(report.swept().due()).isEqualTo(2);
        assertThat(report.complete()).isTrue();
    }

    @Test
    void a_tick_that_finds_nothing_due_is_done() {
        due.slices = CompletableFuture.completedFuture(Set.of());
        due.caughtUp.complete(Done.getInstance());
        start(Optional.empty());

        scheduler.tell(new Scheduler.Tick(Optional.empty(), caller.getRef()));

        assertThat(caller.receiveMessage().getValue().complete()).isTrue();
        sweepers.expectNoMessage();
    }

    @Test
    void a_tick_that_cannot_look_goes_to_every_slice_as_other_nodes_may_reach_the_database() {
        due.slices = CompletableFuture.failedFuture(new IllegalStateException("no database"));
        start(Optional.of(INTERVAL));

        expectSweeps(SLICES);
    }

    @Test
    void a_tick_does_not_look_while_an_earlier_one_is_still_looking() {
        CompletableFuture<Set<Integer>> slow = new CompletableFuture<>();
        due.slices = slow;
        start(Optional.of(INTERVAL));
        await().untilAtomic(due.looks, org.hamcrest.Matchers.is(1));

        pass(INTERVAL);
        slow.complete(Set.of(2));
        answer(expectSweeps(1), SweepReport.NOTHING);
        sweepers.expectNoMessage();

        assertThat(due.looks).hasValue(1);
    }

    @Test
    void the_first_tick_comes_at_once_and_goes_to_every_slice() {
        start(Optional.of(INTERVAL));

        Map<Integer, Sweeper.Sweep> sweeps = expectSweeps(SLICES);

        assertThat(sweeps.values()).allMatch(sweep -> sweep.now().equals(NOON));
    }

    @Test
    void ticks_again_after_the_interval() {
        start(Optional.of(INTERVAL));
        answer(expectSweeps(SLICES), SweepReport.NOTHING);
        sweepers.expectNoMessage();

        pass(INTERVAL);

        expectSweeps(SLICES);
    }

    @Test
    void a_tick_that_is_later_than_two_intervals_is_dropped_and_the_next_comes_one_interval_later() {
        start(Optional.of(INTERVAL));
        answer(expectSweeps(SLICES), SweepReport.NOTHING);
        sweepers.expectNoMessage();

        standStill(INTERVAL.multipliedBy(2).plusMillis(1));
        LoggingTestKit.info("a tick was dropped, as it came 2001 ms late; 1 so far")
                .expect(testKit.system(), () -> {
                    pass(INTERVAL);
                    return null;
                });
        sweepers.expectNoMessage();

        pass(INTERVAL);
        expectSweeps(SLICES);
        sweepers.expectNoMessage();
    }

    @Test
    void a_tick_that_is_not_quite_that_late_is_one_tick_and_no_burst() {
        start(Optional.of(INTERVAL));
        answer(expectSweeps(SLICES), SweepReport.NOTHING);
        sweepers.expectNoMessage();

        standStill(INTERVAL.multipliedBy(2));
        pass(INTERVAL);

        answer(expectSweeps(SLICES), SweepReport.NOTHING);
        sweepers.expectNoMessage();
    }

    @Test
    void at_rest_it_ticks_no_more_and_says_so_when_the_last_sweep_has_ended() {
        start(Optional.of(INTERVAL));
        Map<Integer, Sweeper.Sweep> underWay = expectSweeps(SLICES);
        TestProbe<Done> rested = testKit.createTestProbe(Done.class);

        scheduler.tell(new Scheduler.Rest(rested.getRef()));
        rested.expectNoMessage();
        answer(underWay, SweepReport.NOTHING);

        rested.expectMessage(Done.getInstance());
        pass(INTERVAL.multipliedBy(3));
        sweepers.expectNoMessage();
    }

    @Test
    void a_slice_that_is_still_sweeping_is_left_alone_and_holds_up_no_other() {
        start(Optional.of(INTERVAL));
        Map<Integer, Sweeper.Sweep> first = expectSweeps(SLICES);
        Sweeper.Sweep slow = first.remove(3);
        answer(first, SweepReport.NOTHING);
        sweepers.expectNoMessage();

        pass(INTERVAL);

        Map<Integer, Sweeper.Sweep> second = expectSweeps(SLICES - 1);
        assertThat(second).doesNotContainKey(3);
        sweepers.expectNoMessage();
        answer(second, SweepReport.NOTHING);
        answer(Map.of(3, slow), SweepReport.NOTHING);
        sweepers.expectNoMessage();
        pass(INTERVAL);
        assertThat(expectSweeps(SLICES)).containsKey(3);
    }

    /** A clock that can hold up whoever asks it. */
    private static final class Gate extends Clock {
        private final Semaphore open = new Semaphore(1);

        @Override
        public Instant instant() {
            open.acquireUninterruptibly();
            return NOON;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void after_a_pause_there_is_one_tick_and_no_burst() {
        Gate gate = new Gate();
        clock = gate;
        start(Optional.of(INTERVAL));
        answer(expectSweeps(SLICES), SweepReport.NOTHING);
        sweepers.expectNoMessage();

        pass(INTERVAL);
        await().until(gate.open::hasQueuedThreads);
        pass(INTERVAL.multipliedBy(8));
        gate.open.release(1_000);

        answer(expectSweeps(SLICES), SweepReport.NOTHING);
        sweepers.expectNoMessage();
    }

    @Test
    void a_sweep_that_was_lost_is_sent_again() {
        start(Optional.of(Duration.ofHours(1)));
        Map<Integer, Sweeper.Sweep> first = expectSweeps(SLICES);
        Sweeper.Sweep lost = first.remove(7);
        answer(first, SweepReport.NOTHING);
        sweepers.expectNoMessage();

        pass(PATIENCE.multipliedBy(2));

        assertThat(expectSweeps(1)).containsEntry(7, lost);
    }

    @Test
    void it_is_at_rest_only_when_a_look_has_ended_and_what_it_led_to() {
        CompletableFuture<Set<Integer>> slow = new CompletableFuture<>();
        due.slices = slow;
        start(Optional.of(INTERVAL));
        TestProbe<Done> rested = testKit.createTestProbe(Done.class);
        await().untilAtomic(due.looks, org.hamcrest.Matchers.is(1));

        scheduler.tell(new Scheduler.Rest(rested.getRef()));
        rested.expectNoMessage();
        slow.complete(Set.of(2));
        Map<Integer, Sweeper.Sweep> sweeps = expectSweeps(1);
        rested.expectNoMessage();
        answer(sweeps, SweepReport.NOTHING);

        rested.receiveMessage();
    }

    @Test
    void a_tick_that_comes_when_it_is_at_rest_starts_nothing() {
        TestProbe<Done> rested = testKit.createTestProbe(Done.class);
        scheduler = testKit.spawn(Behaviors.setup(context -> {
            context.getSelf().tell(new Scheduler.Rest(rested.getRef()));
            return Scheduler.create(
                    sweepers.getRef(),
                    due,
                    new EntityTime(clock, external),
                    Optional.of(INTERVAL),
                    PATIENCE,
                    nanos::get);
        }));
        rested.receiveMessage();

        pass(INTERVAL);

        sweepers.expectNoMessage();
        assertThat(due.looks).hasValue(0);
    }

    @Test
    void without_an_interval_nothing_ticks_by_itself() {
        start(Optional.empty());

        pass(Duration.ofDays(1));

        sweepers.expectNoMessage();
    }

    @Test
    void a_tick_from_outside_waits_for_the_read_model_and_gathers_what_came_of_it() {
        external = true;
        start(Optional.empty());
        Instant then = NOON.plus(Duration.ofDays(3));

        scheduler.tell(new Scheduler.Tick(Optional.of(then), caller.getRef()));
        sweepers.expectNoMessage();
        due.caughtUp.complete(Done.getInstance());
        Map<Integer, Sweeper.Sweep> sweeps = expectSweeps(SLICES);
        caller.expectNoMessage();
        answer(sweeps, new SweepReport(3, 2, 1, 0, Duration.ofSeconds(5)));

        TickReport report = caller.receiveMessage().getValue();
        assertThat(report.now()).isEqualTo(then);
        assertThat(report.complete()).isTrue();
        assertThat(report.swept()).isEqualTo(new SweepReport(3 * SLICES, 2 * SLICES, SLICES, 0, Duration.ofSeconds(5)));
        assertThat(sweeps.values()).allMatch(sweep -> sweep.now().equals(then));
    }

    @Test
    void a_tick_from_outside_sweeps_again_the_slices_that_were_under_way() {
        start(Optional.of(INTERVAL));
        Map<Integer, Sweeper.Sweep> own = expectSweeps(SLICES);
        due.caughtUp.complete(Done.getInstance());

        scheduler.tell(new Scheduler.Tick(Optional.empty(), caller.getRef()));
        sweepers.expectNoMessage();
        answer(own, SweepReport.NOTHING);

        answer(expectSweeps(SLICES), SweepReport.NOTHING);
        assertThat(caller.receiveMessage().isSuccess()).isTrue();
    }

    @Test
    void ticks_from_outside_are_served_one_after_the_other() {
        external = true;
        start(Optional.empty());
        due.caughtUp.complete(Done.getInstance());
        List<Instant> served = new ArrayList<>();

        scheduler.tell(new Scheduler.Tick(Optional.of(NOON), caller.getRef()));
        scheduler.tell(new Scheduler.Tick(Optional.of(NOON.plusSeconds(1)), caller.getRef()));
        for (int i = 0; i < 2; i++) {
            Map<Integer, Sweeper.Sweep> sweeps = expectSweeps(SLICES);
            sweepers.expectNoMessage();
            answer(sweeps, SweepReport.NOTHING);
            served.add(caller.receiveMessage().getValue().now());
        }

        assertThat(served).containsExactly(NOON, NOON.plusSeconds(1));
    }

    @Test
    void a_tick_from_outside_fails_when_the_read_model_does_not_catch_up_and_the_next_is_served() {
        start(Optional.empty());

        scheduler.tell(new Scheduler.Tick(Optional.empty(), caller.getRef()));
        due.caughtUp.completeExceptionally(new IllegalStateException("no database"));

        assertThat(caller.receiveMessage().getError()).hasMessageContaining("no database");
    }

    @Test
    void with_the_system_clock_no_tick_runs_ahead_of_it() {
        start(Optional.empty());
        due.caughtUp.complete(Done.getInstance());

        scheduler.tell(new Scheduler.Tick(Optional.of(NOON.plusSeconds(3600)), caller.getRef()));

        assertThat(expectSweeps(SLICES).values()).allMatch(sweep -> sweep.now().equals(NOON));
    }
}

package lull.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import lull.domain.ConversationId;
import lull.entity.ConversationView;
import lull.entity.Conversations;
import lull.entity.NewClosing;
import lull.entity.NewMessage;
import lull.entity.Reply;
import lull.readmodel.DueConversation;
import lull.readmodel.DueIndex;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SweeperTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final int PAGE = 4;
    private static final int PARALLELISM = 3;

    private static final ActorTestKit testKit = ActorTestKit.create();

    @AfterAll
    static void shut_down() {
        testKit.shutdownTestKit();
    }

    /** A due index whose rows stay, as they do until the projection has come to them. */
    private static final class Due implements DueIndex {
        private final List<DueConversation> rows = new ArrayList<>();
        private boolean broken;

        @Override
        public CompletionStage<Set<Integer>> dueSlices(Instant now) {
            throw new AssertionError("a sweeper looks at its own slice only");
        }

        @Override
        public CompletionStage<List<DueConversation>> page(int slice, Instant now, DueConversation after, int limit) {
            Comparator<DueConversation> order =
                    Comparator.comparing(DueConversation::deadline).thenComparing(DueConversation::entityId);
            return broken
                    ? CompletableFuture.failedFuture(new IllegalStateException("no database"))
                    : CompletableFuture.completedFuture(rows.stream()
                            .sorted(order)
                            .filter(row -> !row.deadline().isAfter(now) && order.compare(row, after) > 0)
                            .limit(limit)
                            .toList());
        }

        @Override
        public CompletionStage<Done> caughtUp() {
            throw new AssertionError("not asked for by a sweeper");
        }
    }

    /** Conversations that note who was told the time. */
    private static final class Told implements Conversations {
        private final Set<String> keys = ConcurrentHashMap.newKeySet();
        private final Set<String> bad = new HashSet<>();
        private final Set<String> nothingToDo = new HashSet<>();
        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicInteger mostUnderWay = new AtomicInteger();
        private final AtomicInteger calls = new AtomicInteger();
        private CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

        @Override
        public CompletionStage<Reply.Advanced> advance(ConversationId id, Instant now, long known) {
            assertThat(known).isEqualTo(7);
            calls.incrementAndGet();
            mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            return gate.thenApplyAsync(open -> {
                underWay.decrementAndGet();
                keys.add(id.key());
                if (bad.contains(id.key())) {
                    throw new Unavailable("no answer");
                }
                return nothingToDo.contains(id.key())
                        ? new Reply.Advanced(0, Optional.empty(), false)
                        : new Reply.Advanced(1, Optional.of(NOON.minusSeconds(2)), false);
            });
        }

        @Override
        public CompletionStage<Reply.Recorded> record(ConversationId id, NewMessage message) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<Reply.Closed> close(ConversationId id, NewClosing closing) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<Optional<ConversationView>> get(ConversationId id) {
            throw new AssertionError();
        }
    }

    private final Due due = new Due();
    private final Told conversations = new Told();
    private final TestProbe<Sweeper.Swept> scheduler = testKit.createTestProbe(Sweeper.Swept.class);
    private final ActorRef<Sweeper.Command> sweeper = testKit.spawn(
            Sweeper.create(5, due, conversations, new SweepSettings(PAGE, PARALLELISM, Duration.ofSeconds(10))));

    private void rows(int count, Instant deadline) {
        IntStream.range(0, count)
                .forEach(i -> due.rows.add(new DueConversation("default|k" + due.rows.size(), deadline, 7)));
    }

    private SweepReport sweep() {
        sweeper.tell(new Sweeper.Sweep(1, NOON, scheduler.getRef()));
        return scheduler.receiveMessage().report();
    }

    @Test
    void one_that_is_stopped_in_the_middle_says_so_at_once() {
        conversations.gate = new CompletableFuture<>();
        rows(3, NOON.minusSeconds(1));
        sweeper.tell(new Sweeper.Sweep(7, NOON, scheduler.getRef()));
        await().until(() -> conversations.calls.get() > 0);

        testKit.stop(sweeper);

        scheduler.expectMessage(new Sweeper.Swept(7, 5, SweepReport.NOTHING, false));
    }

    @Test
    void tells_every_due_conversation_the_time_page_after_page() {
        for (int count : new int[] {0, 1, PAGE - 1, PAGE, PAGE + 1, 10 * PAGE}) {
            due.rows.clear();
            conversations.keys.clear();
            rows(count, NOON.minusSeconds(2));

            assertThat(sweep().transitioned()).isEqualTo(count);
            assertThat(conversations.keys).hasSize(count);
        }
    }

    @Test
    void a_deadline_that_is_now_is_due_and_a_later_one_is_not() {
        rows(1, NOON);
        rows(1, NOON.plusNanos(1));

        assertThat(sweep().due()).isEqualTo(1);
        assertThat(conversations.keys).containsExactly("k0");
    }

    @Test
    void rows_that_need_nothing_hide_none_behind_them() {
        rows(3 * PAGE, NOON.minusSeconds(9));
        IntStream.range(0, 2 * PAGE).forEach(i -> conversations.nothingToDo.add("k" + i));

        assertThat(sweep()).isEqualTo(new SweepReport(3 * PAGE, PAGE, 2 * PAGE, 0, Duration.ofSeconds(2)));
    }

    @Test
    void one_bad_conversation_is_counted_and_stops_nothing() {
        rows(2 * PAGE, NOON.minusSeconds(9));
        conversations.bad.add("k1");

        SweepReport report = sweep();

        assertThat(report.failed()).isEqualTo(1);
        assertThat(report.transitioned()).isEqualTo(2 * PAGE - 1);
        assertThat(sweep().failed()).isEqualTo(1);
    }

    @Test
    void no_more_than_so_many_are_told_at_the_same_time() {
        rows(20 * PAGE, NOON.minusSeconds(9));

        sweep();

        assertThat(conversations.mostUnderWay.get()).isLessThanOrEqualTo(PARALLELISM);
    }

    @Test
    void a_second_message_starts_no_second_sweep_and_gets_the_answer() {
        rows(1, NOON.minusSeconds(9));
        conversations.gate = new CompletableFuture<>();

        sweeper.tell(new Sweeper.Sweep(1, NOON, scheduler.getRef()));
        sweeper.tell(new Sweeper.Sweep(2, NOON, scheduler.getRef()));
        scheduler.expectNoMessage();
        conversations.gate.complete(null);

        assertThat(scheduler.receiveMessage().tick()).isEqualTo(2);
        scheduler.expectNoMessage();
        assertThat(conversations.calls.get()).isEqualTo(1);
    }

    @Test
    void an_index_that_cannot_be_read_is_reported_and_tried_again() {
        rows(1, NOON.minusSeconds(9));
        due.broken = true;
        sweeper.tell(new Sweeper.Sweep(1, NOON, scheduler.getRef()));
        assertThat(scheduler.receiveMessage().complete()).isFalse();
        due.broken = false;

        assertThat(sweep().transitioned()).isEqualTo(1);
    }
}

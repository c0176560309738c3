package lull.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdvanceQueueTest {

    private static final int BATCH = AdvanceQueue.BATCH;
    private static final Duration HALF = Duration.ofMillis(5);
    private static final Duration AFTER_PULSE = Duration.ofMillis(AdvanceQueue.CYCLE - 1);

    /** System.nanoTime may begin anywhere, and may overflow. */
    private long nanos = Long.MAX_VALUE - TimeUnit.MILLISECONDS.toNanos(20);

    private final TreeMap<Long, List<Runnable>> tasks = new TreeMap<>();
    private long passed;
    private final AdvanceQueue queue = new AdvanceQueue(
            () -> nanos,
            (delay, task) -> tasks.computeIfAbsent(passed + delay.toNanos(), at -> new ArrayList<>())
                    .add(task));
    private final List<CompletableFuture<Integer>> started = new ArrayList<>();

    private List<CompletionStage<Integer>> add(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> queue.add(() -> {
                    CompletableFuture<Integer> advance = new CompletableFuture<>();
                    started.add(advance);
                    return advance;
                }))
                .toList();
    }

    /** A batch of one, as an advance that comes alone starts at once, and time until the next. */
    private void pulse() {
        queue.requested();
        add(1);
        pass(Duration.ofMillis(1));
        started.get(0).complete(0);
        started.clear();
    }

    private void pass(Duration time) {
        passed += time.toNanos();
        nanos += time.toNanos();
        while (!tasks.isEmpty() && tasks.firstKey() <= passed) {
            tasks.pollFirstEntry().getValue().forEach(Runnable::run);
        }
    }

    private void answer(int from, int to) {
        List.copyOf(started).subList(from, to).forEach(it -> it.complete(0));
    }

    @Test
    void all_start_at_once_while_no_requests_come() {
        add(500);

        assertThat(started).hasSize(500);
        assertThat(tasks).isEmpty();
    }

    @Test
    void beside_requests_one_that_comes_alone_starts_at_once() {
        queue.requested();

        add(1);

        assertThat(started).hasSize(1);
    }

    @Test
    void beside_requests_a_batch_starts_and_the_next_in_proportion_to_the_time_that_half_of_it_took() {
        pulse();
        add(3 * BATCH);
        assertThat(started).isEmpty();

        pass(AFTER_PULSE);
        assertThat(started).hasSize(BATCH);
        pass(HALF);
        answer(0, BATCH / 2);
        queue.requested();
        pass(HALF.multipliedBy(AdvanceQueue.CYCLE - 1).minusNanos(1));
        answer(BATCH / 2, BATCH);
        assertThat(started).hasSize(BATCH);
        pass(Duration.ofNanos(1));

        assertThat(started).hasSize(2 * BATCH);
    }

    @Test
    void what_is_lost_holds_up_the_others_for_a_moment_only() {
        pulse();
        add(2 * BATCH);
        pass(AFTER_PULSE);
        pass(Duration.ofMillis(100));
        queue.requested();
        pass(Duration.ofMillis(99));
        assertThat(started).hasSize(BATCH);

        pass(Duration.ofMillis(1));

        assertThat(started).hasSize(2 * BATCH);
    }

    @Test
    void late_answers_of_a_batch_do_not_count_for_the_next() {
        pulse();
        add(3 * BATCH);
        pass(AFTER_PULSE);
        answer(0, BATCH / 2);
        pass(Duration.ZERO);
        assertThat(started).hasSize(2 * BATCH);

        answer(BATCH / 2, BATCH);
        pass(Duration.ofMillis(100));

        assertThat(started).hasSize(2 * BATCH);
    }

    @Test
    void once_the_requests_have_ceased_all_start_that_wait() {
        pulse();
        add(10 * BATCH);
        pass(AFTER_PULSE);
        assertThat(started).hasSize(BATCH);

        pass(Duration.ofMillis(200));

        assertThat(started).hasSize(10 * BATCH);
    }

    @Test
    void one_that_fails_ends_like_any_other() {
        queue.requested();
        CompletionStage<Integer> thrown = queue.add(() -> {
            throw new IllegalStateException("cannot start");
        });
        CompletionStage<Integer> failed = add(1).get(0);
        pass(Duration.ZERO);
        started.get(0).completeExceptionally(new IllegalStateException("lost"));
        add(1);
        pass(Duration.ZERO);

        assertThatThrownBy(() -> thrown.toCompletableFuture().join()).hasRootCauseMessage("cannot start");
        assertThatThrownBy(() -> failed.toCompletableFuture().join()).hasRootCauseMessage("lost");
        assertThat(started).hasSize(2);
    }
}

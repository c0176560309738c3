package lull.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import lull.journal.BatchQueue.Offer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BatchQueueTest {

    private static final Duration LONGER_THAN_THE_TEST = Duration.ofHours(1);

    /** The elements are their own weights. */
    private final BatchQueue<Integer> queue = new BatchQueue<>(100, weight -> weight);

    private CompletableFuture<List<Integer>> helper(Duration alone) {
        var taken = new CompletableFuture<List<Integer>>();
        var thread = new Thread(() -> {
            try {
                taken.complete(queue.takeLeft(50, alone));
            } catch (InterruptedException e) {
                taken.completeExceptionally(new CompletionException(e));
            }
        });
        thread.setDaemon(true);
        thread.start();
        return taken;
    }

    @Test
    void gives_what_came_together_in_order_as_far_as_one_may_carry_it() throws Exception {
        queue.offer(20);
        queue.offer(30);
        queue.offer(10);

        assertThat(queue.take(50)).containsExactly(20, 30);
        assertThat(queue.take(50)).containsExactly(10);
    }

    @Test
    void gives_a_heavy_element_alone() throws Exception {
        queue.offer(70);
        queue.offer(1);

        assertThat(queue.take(50)).containsExactly(70);
    }

    @Test
    void takes_nothing_beyond_its_capacity_and_again_when_something_was_taken() throws Exception {
        queue.offer(60);
        assertThat(queue.offer(41)).isEqualTo(Offer.FULL);

        queue.take(100);

        assertThat(queue.offer(41)).isEqualTo(Offer.TAKEN);
    }

    @Test
    void leaves_to_the_first_worker_what_has_only_just_come() throws Exception {
        var helper = helper(LONGER_THAN_THE_TEST);

        queue.offer(1);
        assertThat(queue.take(50)).containsExactly(1);
        queue.offer(2);
        assertThat(queue.take(50)).containsExactly(2);

        assertThat(helper).isNotDone();
    }

    @Test
    void gives_a_helper_what_nobody_has_come_for() throws Exception {
        var helper = helper(Duration.ofMillis(1));

        queue.offer(1);

        assertThat(helper.get(10, TimeUnit.SECONDS)).containsExactly(1);
    }

    @Test
    void gives_a_helper_what_another_one_could_not_carry() throws Exception {
        queue.offer(40);
        queue.offer(20);
        var first = helper(Duration.ofMillis(1));
        var second = helper(Duration.ofMillis(1));

        assertThat(List.of(first.get(10, TimeUnit.SECONDS), second.get(10, TimeUnit.SECONDS)))
                .containsExactlyInAnyOrder(List.of(40), List.of(20));
    }

    @Test
    void gives_a_helper_what_is_left_at_the_end_and_then_nothing() throws Exception {
        queue.offer(1);
        var helper = helper(LONGER_THAN_THE_TEST);

        queue.close();

        assertThat(helper.get(10, TimeUnit.SECONDS)).containsExactly(1);
        assertThat(queue.take(50)).isEmpty();
        assertThat(helper(LONGER_THAN_THE_TEST).get(10, TimeUnit.SECONDS)).isEmpty();
        assertThat(queue.offer(1)).isEqualTo(Offer.CLOSED);
    }
}

package lull.entity;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keeps a sweep from crowding out requests. While none come through this node, whatever the sweepers bring starts at once. While they do, it
 * starts in batches with pauses between them, in proportion to the time that a batch takes, so that most of the time a request finds
 * processors and journal free. Batches and not single ones, since what is written together costs a fraction. It holds no more than the
 * sweepers bring, and they bring no more before they have had answers.
 */
final class AdvanceQueue {

    /** So long after a request others are expected, in nanoseconds. */
    static final long EXPECTED = Duration.ofMillis(200).toNanos();

    /** The most that start together beside requests: a few milliseconds of work. */
    static final int BATCH = 16;

    /** From the start of a batch to that of the next, in times that half of it took; half, since single ones may be lost with a node. */
    static final int CYCLE = 5;

    /** The longest that a batch keeps the next one waiting, in nanoseconds. */
    static final long LONGEST_CYCLE = Duration.ofMillis(200).toNanos();

    private final LongSupplier nanoTime;
    private final BiConsumer<Duration, Runnable> scheduler;
    private final Queue<Advance<?>> waiting = new ArrayDeque<>();
    private volatile long lastRequest;

    private int batch;
    private int untilHalf;
    private long startedAt;
    private long nextAt;

    /**
     * @param nanoTime a clock that never goes back, in nanoseconds
     * @param scheduler runs something after a while
     */
    AdvanceQueue(LongSupplier nanoTime, BiConsumer<Duration, Runnable> scheduler) {
        this.nanoTime = nanoTime;
        this.scheduler = scheduler;
        this.lastRequest = nanoTime.getAsLong() - EXPECTED;
        this.nextAt = nanoTime.getAsLong();
    }

    /** A request has come. */
    void requested() {
        lastRequest = nanoTime.getAsLong();
    }

    /** The answer of an advance, which starts as soon as it may. */
    <R> CompletionStage<R> add(Supplier<CompletionStage<R>> start) {
        Advance<R> advance = new Advance<>(start, new CompletableFuture<>());
        synchronized (this) {
            waiting.add(advance);
        }
        startNext();
        return advance.answer;
    }

    private void startNext() {
        int number;
        List<Advance<?>> next;
        synchronized (this) {
            next = next();
            number = batch;
        }
        next.forEach(it -> it.start(() -> ended(number)));
    }

    private List<Advance<?>> next() {
        List<Advance<?>> next = new ArrayList<>();
        long now = nanoTime.getAsLong();
        boolean besideRequests = now - lastRequest < EXPECTED;
        if (besideRequests && now - nextAt < 0) {
            return next;
        }
        while (!waiting.isEmpty() && !(besideRequests && next.size() == BATCH)) {
            next.add(waiting.poll());
        }
        if (besideRequests && !next.isEmpty()) {
            batch++;
            untilHalf = (next.size() + 1) / 2;
            startedAt = now;
            startNextAt(now + LONGEST_CYCLE, now);
        }
        return next;
    }

    private void startNextAt(long time, long now) {
        nextAt = time;
        scheduler.accept(Duration.ofNanos(Math.max(0, time - now)), this::startNext);
    }

    private synchronized void ended(int number) {
        if (number == batch && --untilHalf == 0) {
            long now = nanoTime.getAsLong();
            startNextAt(startedAt + Math.min(LONGEST_CYCLE, CYCLE * (now - startedAt)), now);
        }
    }

    private record Advance<R>(Supplier<CompletionStage<R>> call, CompletableFuture<R> answer) {

        void start(Runnable ended) {
            CompletionStage<R> started;
            try {
                started = call.get();
            } catch (RuntimeException e) {
                started = CompletableFuture.failedFuture(e);
            }
            started.whenComplete((reply, failure) -> {
                ended.run();
                if (failure == null) {
                    answer.complete(reply);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        }
    }
}

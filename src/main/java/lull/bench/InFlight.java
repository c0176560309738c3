package lull.bench;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Many calls, a fixed number of them under way at a time, or so many a second. */
final class InFlight {

    private final int calls;
    private final IntFunction<? extends CompletionStage<?>> call;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CountDownLatch open;

    private InFlight(int calls, IntFunction<? extends CompletionStage<?>> call, int open) {
        this.calls = calls;
        this.call = call;
        this.open = new CountDownLatch(open);
    }

    /** As many clients as {@code width}, each of which calls again when it is answered. Returns when all are answered. */
    static void closed(int calls, int width, IntFunction<? extends CompletionStage<?>> call) {
        InFlight all = new InFlight(calls, call, width);
        for (int i = 0; i < width; i++) {
            all.step();
        }
        all.await();
    }

    /** So many calls a second, whether or not they are answered. Returns when all are answered. */
    static void paced(int calls, int perSecond, IntFunction<? extends CompletionStage<?>> call) {
        InFlight all = new InFlight(calls, call, calls);
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            long due = start + i * 1_000_000_000L / perSecond;
            for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            call.apply(i).whenComplete((answer, e) -> all.answered(e));
        }
        all.await();
    }

    private void step() {
        int i = next.getAndIncrement();
        if (i >= calls || failure.get() != null) {
            open.countDown();
            return;
        }
        call.apply(i).whenComplete((answer, e) -> {
            failure.compareAndSet(null, e);
            step();
        });
    }

    private void answered(Throwable e) {
        failure.compareAndSet(null, e);
        open.countDown();
    }

    private void await() {
        try {
            open.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
        if (failure.get() != null) {
            throw new CompletionException("a call failed: " + failure.get(), failure.get());
        }
    }
}

package lull.journal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;

/** A bounded queue that hands over whatever has come together since the last look, up to a weight. */
final class BatchQueue<T> {

    /**
     * For how long the first worker may leave what waits before another helps: about as long as its usual statement takes, so that two do
     * not share what one can carry in one statement; much shorter than a database that stands still.
     */
    private static final Duration LEFT_ALONE = Duration.ofMillis(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition help = lock.newCondition();
    private final ArrayDeque<T> waiting = new ArrayDeque<>();
    private final ToIntFunction<T> weight;
    private final int capacity;
    private int load;

    /** Since when nobody has come for what waits ({@code System.nanoTime}). */
    private long leftAlone;

    private boolean closed;

    /** @param capacity the most weight that may wait; a heavier element is taken if nothing else waits */
    BatchQueue(int capacity, ToIntFunction<T> weight) {
        this.capacity = capacity;
        this.weight = weight;
    }

    /** Never waits. */
    Offer offer(T element) {
        lock.lock();
        try {
            if (closed) {
                return Offer.CLOSED;
            }
            if (load > 0 && weight.applyAsInt(element) > capacity - load) {
                return Offer.FULL;
            }
            if (waiting.isEmpty()) {
                leftAlone = System.nanoTime();
                help.signal();
            }
            waiting.add(element);
            load += weight.applyAsInt(element);
            work.signal();
            return Offer.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    /** What a worker of a number, from 1, is to do next: the first takes what there is, the others help. */
    List<T> next(int worker, int most) throws InterruptedException {
        return worker == 1 ? take(most) : takeLeft(most, LEFT_ALONE);
    }

    /** Waits for the first element. More than one never weigh more than {@code most}. Empty: closed, nothing left. */
    List<T> take(int most) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !closed) {
                work.await();
            }
            return batch(most);
        } finally {
            lock.unlock();
        }
    }

    /** The same for a helper: it waits until nobody has come for what waits for so long. */
    List<T> takeLeft(int most, Duration alone) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = alone.toNanos();
            while (!closed && (waiting.isEmpty() || left > 0)) {
                if (waiting.isEmpty()) {
                    help.await();
                } else {
                    help.awaitNanos(left);
                }
                left = alone.toNanos() - (System.nanoTime() - leftAlone);
            }
            return batch(most);
        } finally {
            lock.unlock();
        }
    }

    private List<T> batch(int most) {
        var batch = new ArrayList<T>();
        int sum = 0;
        while (!waiting.isEmpty() && (batch.isEmpty() || weight.applyAsInt(waiting.peek()) <= most - sum)) {
            sum += weight.applyAsInt(waiting.peek());
            batch.add(waiting.poll());
        }
        load -= sum;
        leftAlone = System.nanoTime();
        if (!waiting.isEmpty()) {
            help.signal();
        }
        return batch;
    }

    /** Everything that waits. */
    List<T> drain() {
        lock.lock();
        try {
            var all = List.copyOf(waiting);
            waiting.clear();
            load = 0;
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more. What waits can still be taken out. */
    void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
            help.signalAll();
        } finally {
            lock.unlock();
        }
    }

    enum Offer {
        TAKEN,
        FULL,
        CLOSED
    }
}

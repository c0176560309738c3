package lull.journal;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A few threads that work off a queue, batch after batch, until it is closed and empty. */
final class Workers {

    private static final Logger log = LoggerFactory.getLogger(Workers.class);

    private final List<Thread> threads;

    private Workers(List<Thread> threads) {
        this.threads = threads;
    }

    /** Where the worker of a number, from 1, gets its next batch; empty: there will be none. */
    interface Source<T> {
        List<T> next(int worker) throws InterruptedException;
    }

    /** @param work answers every element of its batch itself, failures included */
    static <T> Workers start(String name, int count, Source<T> source, Consumer<List<T>> work) {
        var threads = IntStream.rangeClosed(1, count)
                .mapToObj(n -> new Thread(() -> run(n, source, work), name + "-" + n))
                .toList();
        threads.forEach(thread -> thread.setDaemon(true));
        threads.forEach(Thread::start);
        return new Workers(threads);
    }

    private static <T> void run(int worker, Source<T> source, Consumer<List<T>> work) {
        try {
            for (var batch = source.next(worker); !batch.isEmpty(); batch = source.next(worker)) {
                try {
                    work.accept(batch);
                } catch (Throwable e) {
                    // The thread must outlive whatever happens to one batch, an error of the JVM included.
                    log.error("A batch of {} ended in an error", batch.size(), e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether all have ended in time. Their queue must be closed. */
    boolean join(Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        try {
            for (var thread : threads) {
                thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return threads.stream().noneMatch(Thread::isAlive);
    }
}

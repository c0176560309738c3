package lull.tools;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ends attempts that take too long, by interrupting them. The HTTP client's own timeout is over when the head of an answer has come, and a
 * body may stall for ever.
 */
final class Watch implements AutoCloseable {

    private record Limit(Duration length, long endsAt) {}

    private static final Limit EXPIRED = new Limit(Duration.ZERO, 0);

    private final ConcurrentHashMap<Thread, Limit> limits = new ConcurrentHashMap<>();
    private final ScheduledExecutorService beat;

    Watch(Duration every) {
        beat = Executors.newSingleThreadScheduledExecutor(task -> Workers.daemon(task, "replay-watch"));
        beat.scheduleWithFixedDelay(this::interruptLate, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * @throws HttpTimeoutException if the attempt took longer, counted from its last {@link #sign}
     * @throws InterruptedException if somebody else interrupted it
     */
    <T> T within(Duration limit, Attempt<T> attempt) throws IOException, Node.Refused, InterruptedException {
        Thread self = Thread.currentThread();
        limits.put(self, new Limit(limit, System.nanoTime() + limit.toNanos()));
        boolean expired = false;
        try {
            return attempt.run();
        } catch (IOException | InterruptedException e) {
            expired = isExpired(limits.remove(self));
            if (expired) {
                throw new HttpTimeoutException("no answer within " + limit.toMillis() + " ms");
            }
            throw e;
        } finally {
            // The flag is ours to clear only if it was us who set it; the interruption may have come too late to be
            // noticed.
            if (expired || isExpired(limits.remove(self))) {
                Thread.interrupted();
            }
        }
    }

    /** To be asked of what was removed: removal waits for an interruption that is just being made, a look would not. */
    private static boolean isExpired(Limit limit) {
        return limit == EXPIRED;
    }

    /** A sign of life of the attempt under way in this thread: its time starts anew. */
    void sign() {
        limits.computeIfPresent(
                Thread.currentThread(),
                (self, limit) ->
                        limit == EXPIRED ? limit : new Limit(limit.length, System.nanoTime() + limit.length.toNanos()));
    }

    private void interruptLate() {
        long now = System.nanoTime();
        limits.forEach((thread, seen) -> limits.computeIfPresent(thread, (self, limit) -> {
            if (limit == EXPIRED || limit.endsAt - now > 0) {
                return limit;
            }
            self.interrupt();
            return EXPIRED;
        }));
    }

    @Override
    public void close() {
        beat.shutdownNow();
    }
}

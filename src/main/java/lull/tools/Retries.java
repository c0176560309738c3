package lull.tools;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Tries until it succeeds or is refused, with pauses in between; whoever started it interrupts it to give up. */
final class Retries {

    private final Watch watch;
    private final Backoff backoff;
    private final AtomicLong count = new AtomicLong();
    private volatile String lastFailure = "no answer";
    private volatile boolean over;

    Retries(Watch watch, Backoff backoff) {
        this.watch = watch;
        this.backoff = backoff;
    }

    /** @param limit for one attempt, without a sign of life */
    <T> T until(Duration limit, Attempt<T> attempt) throws Node.Refused, InterruptedException {
        for (int failures = 1; !over; failures++) {
            try {
                return watch.within(limit, attempt);
            } catch (IOException e) {
                lastFailure = describe(e);
                Optional<Duration> retryAfter =
                        e instanceof Node.Unavailable unavailable ? unavailable.retryAfter() : Optional.empty();
                TimeUnit.NANOSECONDS.sleep(backoff.delay(failures, retryAfter).toNanos());
                count.incrementAndGet();
            }
        }
        throw new InterruptedException("given up");
    }

    /** Nobody tries again after this: an interruption alone may be swallowed by the attempt that it meets. */
    void giveUp() {
        over = true;
    }

    /** How many attempts there were beyond the first ones. */
    long count() {
        return count.get();
    }

    String lastFailure() {
        return lastFailure;
    }

    static String describe(IOException e) {
        if (e instanceof ConnectException
                && (e.getMessage() == null || e.getMessage().isBlank())) {
            return "connection refused";
        }
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }
}

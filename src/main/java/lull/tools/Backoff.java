package lull.tools;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before trying again: doubling, with jitter so that many who failed together do not return together.
 *
 * @param first the longest first wait
 * @param cap the longest wait of our own
 * @param retryAfterCap the longest wait that the other side may ask for
 */
record Backoff(Duration first, Duration cap, Duration retryAfterCap) {

    static final Backoff DEFAULT = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ofSeconds(10));

    /**
     * @param failures in a row, at least 1
     * @param retryAfter what the other side asked for
     */
    Duration delay(int failures, Optional<Duration> retryAfter) {
        long most = Math.min(cap.toNanos(), first.toNanos() << Math.min(failures - 1, 20));
        Duration own = Duration.ofNanos(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
        return retryAfter
                .map(it -> it.compareTo(retryAfterCap) > 0 ? retryAfterCap : it)
                .map(it -> it.plus(own))
                .orElse(own);
    }
}

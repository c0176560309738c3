package lull.faults;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The two ways in which a fault passes time. */
final class Waiting {

    private static final Duration POLL = Duration.ofMillis(100);

    private Waiting() {}

    /** Until something is so. An error of the condition counts as "not yet". Returns the moment. */
    static Instant until(String what, Duration atMost, Callable<Boolean> condition) {
        await(what)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .atMost(atMost)
                .ignoreExceptions()
                .until(condition);
        return Instant.now();
    }

    /** For as long as a fault is to last. */
    static void letPass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
        }
    }
}

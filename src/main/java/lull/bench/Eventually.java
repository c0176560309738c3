package lull.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for something that nobody tells. */
final class Eventually {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration PAUSE = Duration.ofMillis(50);

    interface Condition {
        boolean holds() throws SQLException;
    }

    private Eventually() {}

    static void holds(String what, Condition condition) throws SQLException {
        long start = System.nanoTime();
        while (!condition.holds()) {
            WrongCount.unless(System.nanoTime() - start < PATIENCE.toNanos(), "not within " + PATIENCE + ": " + what);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}

package lull;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the whole process stood still: stopped, frozen with its machine, starved. Meanwhile the others may have taken over what was
 * this node's, so when it wakes it is a zombie that does not know it yet. From the first instant after a long pause {@link #stoodStill} says
 * so, which closes the database to it; and if the cluster has others, the process ends itself at once, as if it had crashed.
 *
 * <p>Who wakes first decides nothing: a thread that finds the last beat old knows as much as the one that beats.
 */
final class PauseWatch {

    /**
     * A shorter pause cannot have cost the node anything: the others notice it after 5 s at the earliest, and decide 7 s later
     * ({@code failure-detector.acceptable-heartbeat-pause} and {@code stable-after} in cluster.conf).
     */
    static final Duration LONGEST = Duration.ofSeconds(10);

    /** Of {@code sysexits.h}: a failure that a new start cures. */
    static final int EXIT_CODE = 75;

    private static final Duration BEAT = Duration.ofMillis(250);
    private static final Logger log = LoggerFactory.getLogger(PauseWatch.class);

    private final Duration longest;
    private volatile boolean woken;
    private volatile long lastBeat = System.nanoTime();
    private volatile BooleanSupplier hasOthers = () -> false;

    private PauseWatch(Duration longest) {
        this.longest = longest;
    }

    /** @param longest the pause above which it acts: {@link #LONGEST}, unless somebody tests it */
    static PauseWatch start(Duration longest) {
        PauseWatch watch = new PauseWatch(longest);
        Thread thread = new Thread(watch::run, "lull-pause-watch");
        thread.setDaemon(true);
        thread.setPriority(Thread.MAX_PRIORITY);
        thread.start();
        return watch;
    }

    /** @param hasOthers whether there is anybody who could have taken over, as far as this node knows */
    void inCluster(BooleanSupplier hasOthers) {
        this.hasOthers = hasOthers;
    }

    /** Whether this node may have lost what it thinks is its own. */
    boolean stoodStill() {
        // In this order: the thread below sets them in the opposite one.
        long silence = System.nanoTime() - lastBeat;
        return (woken || silence > longest.toNanos()) && hasOthers.getAsBoolean();
    }

    private void run() {
        while (true) {
            LockSupport.parkNanos(BEAT.toNanos());
            long now = System.nanoTime();
            Duration silence = Duration.ofNanos(now - lastBeat);
            if (silence.compareTo(longest) > 0) {
                onPause(silence);
            }
            lastBeat = now;
        }
    }

    private void onPause(Duration silence) {
        if (!hasOthers.getAsBoolean()) {
            log.warn("this process stood still for {} ms", silence.toMillis());
            return;
        }
        woken = true;
        log.error(
                "this process stood still for {} ms; the other nodes may have taken over, so it ends, with code {}",
                silence.toMillis(),
                EXIT_CODE);
        // At once: an orderly stop would hand over, answer and write, all of it on what may no longer be true.
        Runtime.getRuntime().halt(EXIT_CODE);
    }
}

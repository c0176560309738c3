package lull.tools;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.Consumer;

/** Tells about every second how far a long work is. */
final class Progress {

    static final Duration EVERY = Duration.ofSeconds(1);

    /** The rate is that of the last ten seconds, so that a pause shows and is forgotten again. */
    private static final int SAMPLES = 10;

    private record Sample(long nanos, long done) {}

    private final Consumer<String> out;
    private final Deque<Sample> samples = new ArrayDeque<>();

    Progress(Consumer<String> out) {
        this.out = out;
        samples.add(new Sample(System.nanoTime(), 0));
    }

    /** How long until the next report is due: zero or less if it is. */
    Duration untilDue() {
        return EVERY.minusNanos(System.nanoTime() - samples.getLast().nanos);
    }

    /**
     * Reports.
     *
     * @param more what else to say; may be empty
     */
    void report(long done, long total, String more) {
        long now = System.nanoTime();
        samples.add(new Sample(now, done));
        if (samples.size() > SAMPLES + 1) {
            samples.removeFirst();
        }
        Sample first = samples.getFirst();
        double rate = (done - first.done) * 1e9 / Math.max(1, now - first.nanos);
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d of %,d lines (%d %%), %,.0f/s",
                done,
                total,
                total == 0 ? 100 : 100 * done / total,
                rate));
        if (done < total && rate > 0) {
            text.append(", ").append(clock(Math.round((total - done) / rate))).append(" left");
        }
        out.accept(more.isEmpty() ? text.toString() : text + ", " + more);
    }

    private static String clock(long seconds) {
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}

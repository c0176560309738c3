package lull.tools;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * How far time may go at each place of a file: never past a line that is still to come, and a file need not be in the order of time. It
 * takes a first reading of the whole file, which also finds every line that cannot be understood before anything is sent. Costs eight
 * bytes for each block of lines.
 */
final class Timetable {

    private static final long NOTHING_TO_COME = Long.MAX_VALUE;

    private final int block;
    private final long lines;
    private final long leftOut;
    private final long[] earliestFromBlock;

    private Timetable(int block, long lines, long leftOut, long[] earliestFromBlock) {
        this.block = block;
        this.lines = lines;
        this.leftOut = leftOut;
        this.earliestFromBlock = earliestFromBlock;
    }

    /**
     * @param block lines after which time is moved; 0 for never
     * @param horizon lines after it are not sent; empty for none
     */
    static Timetable read(Path file, int block, Optional<Instant> horizon) throws IOException, ReplayFailed {
        long[] earliest = new long[64];
        Arrays.fill(earliest, NOTHING_TO_COME);
        long lines = 0;
        long leftOut = 0;
        try (LineReader reader = new LineReader(file)) {
            for (Optional<Numbered> next = reader.next(); next.isPresent(); next = reader.next()) {
                Instant at = next.get().line().at();
                if (isPast(at, horizon)) {
                    leftOut++;
                    continue;
                }
                int index = block == 0 ? 0 : Math.toIntExact(lines / block);
                if (index == earliest.length) {
                    earliest = Arrays.copyOf(earliest, 2 * index);
                    Arrays.fill(earliest, index, earliest.length, NOTHING_TO_COME);
                }
                earliest[index] = Math.min(earliest[index], nanos(at));
                lines++;
            }
        }
        for (int i = earliest.length - 2; i >= 0; i--) {
            earliest[i] = Math.min(earliest[i], earliest[i + 1]);
        }
        return new Timetable(block, lines, leftOut, earliest);
    }

    static boolean isPast(Instant at, Optional<Instant> horizon) {
        return horizon.isPresent() && at.isAfter(horizon.get());
    }

    /** Fits for lines, whose years are 1970 until 2200. */
    private static long nanos(Instant at) {
        return Duration.between(Instant.EPOCH, at).toNanos();
    }

    /** How many lines there are to send. */
    long lines() {
        return lines;
    }

    /** How many lines lie past the horizon. */
    long leftOut() {
        return leftOut;
    }

    /** True before the first line of each block but the first: here time may be moved. */
    boolean isBoundary(long sent) {
        return block > 0 && sent > 0 && sent < lines && sent % block == 0;
    }

    /** The block of the line at this place, counted from 0. */
    long block(long sent) {
        return block == 0 ? 0 : sent / block;
    }

    /**
     * The earliest {@code at} of all lines from here on; empty if there are none.
     *
     * @param sent lines before this place: 0, or a boundary
     */
    Optional<Instant> earliestFrom(long sent) {
        long nanos = earliestFromBlock[Math.toIntExact(block(sent))];
        return nanos == NOTHING_TO_COME ? Optional.empty() : Optional.of(Instant.EPOCH.plusNanos(nanos));
    }
}

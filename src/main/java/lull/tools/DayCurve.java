package lull.tools;

import java.time.Duration;
import java.time.Instant;

/** When conversations begin: busy at noon and in the evening, quiet at night, half as many at weekends. */
final class DayCurve {

    private static final double[] BY_HOUR = {
        2, 1, 1, 1, 1, 2, 4, 8, 14, 20, 24, 26, 25, 23, 22, 22, 23, 25, 27, 28, 24, 17, 10, 5
    };

    private static final long CONVERSATIONS_A_DAY = 2_000;
    private static final long MOST_DAYS = 365;

    private final Instant start;
    private final double[] untilHour;

    /** @param conversations as many as there will be: about 2,000 a day, but within a year */
    DayCurve(Instant start, long conversations) {
        this.start = start;
        int days = (int) Math.min(MOST_DAYS, Math.max(2, conversations / CONVERSATIONS_A_DAY));
        untilHour = new double[24 * days];
        double sum = 0;
        for (int hour = 0; hour < untilHour.length; hour++) {
            long epochHour = Math.floorDiv(start.getEpochSecond(), 3600L) + hour;
            long dayOfWeek =
                    Math.floorMod(Math.floorDiv(epochHour, 24L) + 3, 7L); // 1970-01-01 was a Thursday; 0 is Monday
            sum += BY_HOUR[(int) Math.floorMod(epochHour, 24L)] * (dayOfWeek >= 5 ? 0.5 : 1);
            untilHour[hour] = sum;
        }
    }

    /**
     * The instant by which this share of the conversations has begun.
     *
     * @param share from 0 until 1
     */
    Instant at(double share) {
        double wanted = share * untilHour[untilHour.length - 1];
        int low = 0;
        for (int high = untilHour.length - 1; low < high; ) {
            int middle = (low + high) >>> 1;
            if (untilHour[middle] > wanted) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        double before = low == 0 ? 0 : untilHour[low - 1];
        double withinHour = (wanted - before) / (untilHour[low] - before);
        return start.plus(Duration.ofHours(low)).plusMillis((long) (withinHour * 3_600_000));
    }
}

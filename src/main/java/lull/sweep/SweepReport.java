package lull.sweep;

import java.time.Duration;

/**
 * What a walk through due conversations came to.
 *
 * @param due rows of the due index that were visited
 * @param transitioned conversations that had something overdue
 * @param alreadyDone conversations that had nothing overdue any more: the index is a moment behind
 * @param failed conversations that gave no answer; the next tick comes to them again
 * @param oldestLateness how late the latest of the transitions was, when it was made
 */
public record SweepReport(int due, int transitioned, int alreadyDone, int failed, Duration oldestLateness) {

    static final SweepReport NOTHING = new SweepReport(0, 0, 0, 0, Duration.ZERO);

    static SweepReport transitioned(Duration lateness) {
        return new SweepReport(1, 1, 0, 0, lateness);
    }

    static final SweepReport ALREADY_DONE = new SweepReport(1, 0, 1, 0, Duration.ZERO);

    static final SweepReport FAILED = new SweepReport(1, 0, 0, 1, Duration.ZERO);

    SweepReport plus(SweepReport other) {
        return new SweepReport(
                due + other.due,
                transitioned + other.transitioned,
                alreadyDone + other.alreadyDone,
                failed + other.failed,
                oldestLateness.compareTo(other.oldestLateness) >= 0 ? oldestLateness : other.oldestLateness);
    }
}

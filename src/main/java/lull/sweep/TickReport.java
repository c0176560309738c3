package lull.sweep;

import java.time.Duration;
import java.time.Instant;

/**
 * What a tick came to.
 *
 * @param now the time that it told
 * @param slices how many slices were looked at: all but those that an earlier tick is still sweeping
 * @param swept the sum over the slices
 * @param complete false if a slice could not be swept to the end; the next tick tries again
 */
public record TickReport(Instant now, int slices, SweepReport swept, Duration duration, boolean complete) {

    /** One line for the log. */
    @Override
    public String toString() {
        return "tick " + now + ": " + slices + " slices, " + swept.due() + " due, " + swept.transitioned()
                + " transitioned, "
                + swept.alreadyDone() + " already done, " + swept.failed() + " failed, oldest lateness "
                + swept.oldestLateness().toMillis() + " ms, took " + duration.toMillis() + " ms"
                + (complete ? "" : ", not every slice could be swept");
    }
}

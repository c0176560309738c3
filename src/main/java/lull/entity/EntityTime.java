package lull.entity;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * Where time comes from (design, section 6).
 *
 * @param clock the node's own clock
 * @param external true if messages and ticks carry the time, and the node's clock decides nothing
 */
public record EntityTime(Clock clock, boolean external) {

    /** The time of this node. */
    public Instant now() {
        return clock.instant();
    }

    /**
     * How far this node may move a conversation that is told that it is {@code claimed}. With the system clock never past its own clock:
     * a fast clock elsewhere, in the cluster or at a sender, cannot time anything out early.
     */
    public Instant bounded(Instant claimed, Instant now) {
        return external || claimed.isBefore(now) ? claimed : now;
    }

    /** The time of a request: as it claims, within bounds; now if it claims nothing. */
    Instant of(Optional<Instant> claimed, Instant now) {
        return claimed.map(it -> bounded(it, now)).orElse(now);
    }
}

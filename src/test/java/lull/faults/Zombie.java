package lull.faults;

import java.time.Duration;
import java.time.Instant;

/**
 * A node that stood still.
 *
 * @param node its name among the targets of the load
 * @param paused when it had stopped
 * @param resumed when it was told to go on
 * @param ended when that process was gone; {@link Instant#MAX}: never, so that whatever its address has stored since counts as its work
 */
record Zombie(String node, Instant paused, Instant resumed, Instant ended) {

    /** A node that stood still for longer is out of the cluster: it ends itself and writes nothing that it decides now. */
    static final Duration TOLERATED = Duration.ofSeconds(10);

    Zombie(String node, Instant paused, Instant resumed) {
        this(node, paused, resumed, Instant.MAX);
    }

    boolean isOut() {
        return Duration.between(paused, resumed).compareTo(TOLERATED) > 0;
    }
}

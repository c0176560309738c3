package lull.faults;

import java.time.Duration;
import java.util.Map;

/** Something that breaks, and what must hold when it does. */
interface Fault {

    String name();

    /** The latest that a transition may be observed after the moment at which it was due. */
    Duration latenessBound();

    /** Settings of the nodes beside the usual ones. A fault that has some gets a cluster of its own. */
    default Map<String, String> settings() {
        return Map.of();
    }

    /** How soon after the end of the fault requests must come through again as if nothing had been. */
    default Duration calmWithin() {
        return Duration.ofSeconds(30);
    }

    /** Breaks something under load, looks what becomes of it, and repairs what does not repair itself. */
    void strike(Scene scene) throws Exception;
}

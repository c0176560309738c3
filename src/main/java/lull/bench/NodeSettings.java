package lull.bench;

import java.util.HashMap;
import java.util.Map;

/** The settings of a measured node. Whatever is not named here is as every node has it. */
final class NodeSettings {

    /** Longer than any run, and from any time that a run uses to well after its end. */
    private static final String LONG = "P3650D";

    private final Map<String, String> byPath = new HashMap<>(Map.of(
            "lull.clock",
            "system",
            "lull.tick",
            "PT1S",
            "lull.policy.idle-after",
            "P1D",
            "lull.policy.expire-after",
            LONG,
            "lull.policy.pending-expire-after",
            LONG,
            "lull.policy.max-age",
            LONG));

    /** The service's own clock, a tick every second, nothing due for a day. */
    static NodeSettings service() {
        return new NodeSettings();
    }

    /** Messages and ticks carry the time; idle after 15 minutes. */
    static NodeSettings externalClock() {
        return new NodeSettings().with("lull.clock", "external").with("lull.policy.idle-after", "PT15M");
    }

    NodeSettings with(String path, String value) {
        byPath.put(path, value);
        return this;
    }

    Map<String, String> byPath() {
        return byPath;
    }
}

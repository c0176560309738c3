package lull.model;

import java.time.Duration;
import java.util.Optional;

/** A policy: how long a conversation may stay as it is. An absent duration means never. */
public record Limits(
        Duration idleAfter,
        Optional<Duration> expireAfter,
        Optional<Duration> pendingExpireAfter,
        Optional<Duration> maxAge) {

    /** As the oracle reads it. */
    public String json() {
        return "{\"idleAfter\":\"" + idleAfter + '"' + field("expireAfter", expireAfter)
                + field("pendingExpireAfter", pendingExpireAfter) + field("maxAge", maxAge) + '}';
    }

    private static String field(String name, Optional<Duration> value) {
        return value.map(it -> ",\"" + name + "\":\"" + it + '"').orElse("");
    }
}

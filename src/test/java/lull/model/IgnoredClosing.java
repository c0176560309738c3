package lull.model;

import java.time.Instant;
import java.util.Optional;

/**
 * A closing that found nothing to close and is on record all the same.
 *
 * @param session the latest; 0 if there was none
 * @param to closed or failed
 * @param by user, agent, support, system; empty for a failure
 */
public record IgnoredClosing(
        String conversation, int session, Instant at, String to, Optional<String> by, Optional<String> messageId) {}

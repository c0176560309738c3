package lull.model;

import java.time.Instant;
import java.util.Optional;

/**
 * What the sender of a line is told.
 *
 * @param session 0 if the conversation has never had one
 * @param state empty if the conversation has never had a session
 * @param at the effective time of the line
 * @param accepted false for a closing that found nothing to close
 * @param repeated true if the id was seen before: the rest is then as it was answered before
 */
public record Answered(int session, Optional<String> state, Instant at, boolean accepted, boolean repeated) {
    Answered again() {
        return new Answered(session, state, at, accepted, true);
    }
}

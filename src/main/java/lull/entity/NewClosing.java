package lull.entity;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import lull.domain.Authority;
import lull.domain.State;

/**
 * A session to be ended.
 *
 * @param messageId makes a repetition recognisable; shares its name space with the messages of the conversation
 * @param at when it was asked for; empty: now, by the clock of the node that holds the conversation
 * @param to {@link State#CLOSED} or {@link State#FAILED}
 * @param by who asks; {@link Authority#FAILURE} for a failure
 * @param reason free text
 * @param ifSequence only if the conversation still has this sequence number (HTTP If-Match)
 */
public record NewClosing(
        Optional<String> messageId,
        Optional<Instant> at,
        State to,
        Authority by,
        Optional<String> reason,
        OptionalLong ifSequence) {}

package lull.entity;

import java.time.Instant;
import java.util.Optional;
import lull.domain.Direction;

/**
 * A message to be recorded.
 *
 * @param messageId unique in its conversation; a repetition changes nothing and is answered as before
 * @param at when it was written; empty: now, by the clock of the node that holds the conversation
 * @param from who wrote it
 */
public record NewMessage(String messageId, Optional<Instant> at, Direction direction, Optional<String> from) {}

package lull.tools;

import java.time.Instant;
import java.util.Optional;
import lull.domain.Authority;
import lull.domain.Direction;

/** One line of a message stream: something that happened in a conversation. */
public sealed interface Line {

    /** The key of the conversation. */
    String conversation();

    /** Unique within the conversation. */
    Optional<String> messageId();

    /** When it happened, by the sender's account: from 1970 until 2200. */
    Instant at();

    /** The line in the format of the files, without the line break. */
    default String json() {
        return LineFormat.write(this);
    }

    /**
     * A message was written.
     *
     * @param from the participant who wrote it
     */
    record Message(String conversation, String id, Instant at, Optional<String> from, Direction direction)
            implements Line {
        @Override
        public Optional<String> messageId() {
            return Optional.of(id);
        }
    }

    /**
     * The session was ended.
     *
     * @param reason free text
     */
    record Close(String conversation, Optional<String> messageId, Instant at, Authority by, Optional<String> reason)
            implements Line {}
}

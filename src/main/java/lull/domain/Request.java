package lull.domain;

import java.time.Instant;
import java.util.Optional;

/** Something that the outside asks of one conversation. */
public sealed interface Request {

    /** When it happened, by the sender's account. */
    Instant at();

    /** The id that makes a repetition recognisable. Unique within the conversation. */
    Optional<String> id();

    /**
     * A message was written.
     *
     * @param from the participant who wrote it, as the sender names them
     */
    record Message(String messageId, Instant at, Direction direction, Optional<String> from) implements Request {
        @Override
        public Optional<String> id() {
            return Optional.of(messageId);
        }
    }

    /**
     * The session shall end.
     *
     * @param to {@link State#CLOSED} or {@link State#FAILED}
     * @param by {@link Authority#FAILURE} for a failure and for nothing else; never {@link Authority#TIME}
     * @param reason free text
     */
    record Closing(Optional<String> id, Instant at, State to, Authority by, Optional<String> reason)
            implements Request {

        /** @throws IllegalArgumentException if no such closing can be asked for */
        public Closing {
            boolean possible =
                    by == Authority.FAILURE ? to == State.FAILED : to == State.CLOSED && by != Authority.TIME;
            if (!possible) {
                throw new IllegalArgumentException("nobody can ask for " + to + " by " + by);
            }
        }
    }
}

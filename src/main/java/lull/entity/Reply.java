package lull.entity;

import java.time.Instant;
import java.util.Optional;
import lull.domain.Answer;

/** What an entity answers. Everything in a reply is already stored. */
public sealed interface Reply {

    /**
     * A message is recorded.
     *
     * @param repeated true if its id was seen before, so that nothing changed and the answer is the earlier one
     * @param sequence number of events of the conversation so far
     */
    record Recorded(Answer answer, boolean repeated, long sequence) implements Reply {}

    /**
     * A closing was decided.
     *
     * @param answer the answer to the request; that of the earlier one if its id was seen before
     * @param now the conversation as it stands; empty if it has never had a session
     */
    record Closed(Outcome outcome, Answer answer, boolean repeated, Optional<ConversationView> now) implements Reply {}

    /** What came of a closing. */
    enum Outcome {
        /** It ended the session. */
        ENDED,
        /** The session had ended before. */
        TOO_LATE,
        /** The conversation is not at the sequence number that was asked for. Nothing changed. */
        CHANGED_MEANWHILE,
        /** There is no such conversation. */
        UNKNOWN
    }

    /**
     * Time was moved.
     *
     * @param transitions how many transitions were overdue
     * @param oldest effective time of the earliest of them; empty if there was none
     * @param behind true if the entity had not all of its history: then nothing was done, and it reads it again before the next question
     */
    record Advanced(int transitions, Optional<Instant> oldest, boolean behind) implements Reply {}

    /** The conversation as it stands; empty if it has never had a session. */
    record Found(Optional<ConversationView> conversation) implements Reply {}
}

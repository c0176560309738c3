package lull.entity;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import lull.domain.ConversationId;

/**
 * All conversations, wherever in the cluster they are. Each call is answered once what it led to is stored.
 *
 * <p>A call may fail with {@link Unavailable}: then it is not known whether it was carried out. It is safe to send again whatever has an
 * id.
 */
public interface Conversations {

    /** Records a message. */
    CompletionStage<Reply.Recorded> record(ConversationId id, NewMessage message);

    /** Ends the live session. */
    CompletionStage<Reply.Closed> close(ConversationId id, NewClosing closing);

    /** The conversation as it stands; empty if it has never had a session. */
    CompletionStage<Optional<ConversationView>> get(ConversationId id);

    /**
     * Applies every transition that is overdue at {@code now}.
     *
     * @param known the number of its events that are known to be stored. A conversation that has fewer of them in memory was written by another
     *     node, which had been cut off and did not know that it was replaced: its history is read again.
     */
    CompletionStage<Reply.Advanced> advance(ConversationId id, Instant now, long known);

    /** No answer in time, or too many calls under way to accept another. */
    final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String message) {
            super(message, null, false, false);
        }
    }
}

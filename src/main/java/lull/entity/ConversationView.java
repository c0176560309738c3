package lull.entity;

import java.time.Instant;
import java.util.Optional;
import lull.domain.Authority;
import lull.domain.Conversation;
import lull.domain.Conversation.Begun;
import lull.domain.Conversation.Over;
import lull.domain.ConversationId;
import lull.domain.Deadline;
import lull.domain.Policy;
import lull.domain.State;

/**
 * A conversation as it stands.
 *
 * @param session the latest session, from 1
 * @param since when the state was entered
 * @param policy the policy that governs the session
 * @param next the next change that time alone brings; empty if there is none
 * @param end how the session ended; empty while it is live
 * @param sequence number of events of this conversation so far
 */
public record ConversationView(
        ConversationId id,
        int session,
        State state,
        Instant openedAt,
        Instant since,
        Instant lastActivity,
        Policy policy,
        Optional<Deadline> next,
        Optional<End> end,
        long sequence) {

    /**
     * @param by who ended the session
     * @param cause name of the rule or request that ended it
     * @param reason free text of the closing
     */
    public record End(Authority by, String cause, Optional<String> reason) {}

    /** The view of a conversation; empty if it has never had a session. */
    public static Optional<ConversationView> of(ConversationId id, Conversation conversation, long sequence) {
        if (!(conversation instanceof Begun begun)) {
            return Optional.empty();
        }
        Optional<End> end = begun instanceof Over over
                ? Optional.of(new End(over.by(), over.cause(), over.reason()))
                : Optional.empty();
        return Optional.of(new ConversationView(
                id,
                begun.session().number(),
                begun.state(),
                begun.session().openedAt(),
                begun.since(),
                begun.lastActivity(),
                begun.session().policy(),
                begun.deadline(),
                end,
                sequence));
    }
}

package lull.entity;

import java.time.Instant;
import java.util.Optional;
import lull.domain.Authority;
import lull.domain.Conversation;
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
        if (conversation instanceof Conversation.Live live) {
            return Optional.of(new ConversationView(
                    id,
                    live.session().number(),
                    live.state(),
                    live.session().openedAt(),
                    live.since(),
                    live.lastActivity(),
                    live.session().policy(),
                    live.deadline(),
                    Optional.empty(),
                    sequence));
        }
        if (conversation instanceof Conversation.Over over) {
            return Optional.of(new ConversationView(
                    id,
                    over.session().number(),
                    over.state(),
                    over.session().openedAt(),
                    over.since(),
                    over.lastActivity(),
                    over.session().policy(),
                    Optional.empty(),
                    Optional.of(new End(over.by(), over.cause(), over.reason())),
                    sequence));
        }
        return Optional.empty();
    }
}

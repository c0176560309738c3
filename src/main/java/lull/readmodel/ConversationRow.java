package lull.readmodel;

import java.time.Instant;
import java.util.Optional;
import lull.domain.Authority;
import lull.domain.Conversation;
import lull.domain.Conversation.Begun;
import lull.domain.Conversation.Live;
import lull.domain.Conversation.Over;
import lull.domain.ConversationEvent;
import lull.domain.ConversationId;
import lull.domain.Deadline;
import lull.domain.Memory;
import lull.domain.Policy;
import lull.domain.Session;
import lull.domain.State;

/**
 * A conversation as the read model has it: a moment behind the entity.
 *
 * @param next the next change that time alone brings; empty if there is none
 * @param sequence number of the latest event that is in the row
 */
public record ConversationRow(
        ConversationId id,
        int session,
        State state,
        Instant openedAt,
        Instant since,
        Instant lastActivity,
        Policy policy,
        Optional<Deadline> next,
        long sequence) {

    /** The row of a conversation whose first event this is; empty if the event is none that opens a session. */
    static Optional<ConversationRow> first(JournalEntry entry) {
        return Conversation.NEW.apply(entry.event()) instanceof Begun opened
                ? Optional.of(of(entry.id(), opened, entry.sequence()))
                : Optional.empty();
    }

    /** The row after one more event, by the same rules as the entity's own state. */
    ConversationRow after(ConversationEvent event, long eventSequence) {
        return of(id, (Begun) conversation().apply(event), eventSequence);
    }

    ConversationRow with(Policy policy) {
        return new ConversationRow(id, session, state, openedAt, since, lastActivity, policy, next, sequence);
    }

    /** What the row still knows of the conversation: not who ended it and why, which no column asks for. */
    private Conversation conversation() {
        Session latest = new Session(session, openedAt, policy);
        return state.isLive()
                ? new Live(latest, state, since, lastActivity, Memory.EMPTY)
                : new Over(latest, state, since, Authority.TIME, "", Optional.empty(), lastActivity, Memory.EMPTY);
    }

    private static ConversationRow of(ConversationId id, Begun conversation, long sequence) {
        return new ConversationRow(
                id,
                conversation.session().number(),
                conversation.state(),
                conversation.session().openedAt(),
                conversation.since(),
                conversation.lastActivity(),
                conversation.session().policy(),
                conversation.deadline(),
                sequence);
    }
}

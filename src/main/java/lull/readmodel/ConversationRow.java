package lull.readmodel;

import java.time.Instant;
import java.util.Optional;
import lull.domain.ConversationId;
import lull.domain.Deadline;
import lull.domain.State;

/** A conversation as the read model has it: a moment behind the entity. */
public record ConversationRow(
        ConversationId id,
        int session,
        State state,
        Instant openedAt,
        Instant since,
        Instant lastActivity,
        Optional<Deadline> next,
        long sequence) {}

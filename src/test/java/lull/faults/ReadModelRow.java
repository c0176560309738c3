package lull.faults;

import java.time.Instant;
import java.util.Optional;
import lull.model.Limits;

/** A conversation as the table of the read model has it. */
record ReadModelRow(
        String conversation,
        int session,
        String state,
        Instant openedAt,
        Instant since,
        Instant lastActivity,
        Optional<Instant> deadline,
        Optional<String> rule,
        Limits policy,
        long sequence) {}

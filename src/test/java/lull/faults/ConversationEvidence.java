package lull.faults;

import java.util.List;
import java.util.Optional;

/**
 * All that is known of one conversation.
 *
 * @param rows its events, by sequence number
 * @param sent every attempt of the load client, in the order of their ends
 * @param row what the read model has; empty if it has none
 */
record ConversationEvidence(
        String conversation, List<JournalRow> rows, List<LoadRecord> sent, Optional<ReadModelRow> row) {}

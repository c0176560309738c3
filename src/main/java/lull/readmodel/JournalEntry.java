package lull.readmodel;

import java.time.Instant;
import lull.domain.ConversationEvent;
import lull.domain.ConversationId;

/**
 * One stored event.
 *
 * @param position its place in the journal: positions grow in an order in which nothing can appear behind a reader
 * @param sequence its number within the conversation, from 1
 * @param recordedAt when it was written, to the millisecond
 */
public record JournalEntry(
        long position, ConversationId id, long sequence, Instant recordedAt, ConversationEvent event) {}

package lull.readmodel;

import java.time.Instant;

/**
 * A row of the due index: a hint that this conversation may have a transition overdue. Also the cursor of a walk along the index.
 *
 * @param sequence number of the latest event that is in the row
 */
public record DueConversation(String entityId, Instant deadline, long sequence) {

    /** Before the first row. */
    public static final DueConversation START = new DueConversation("", Instant.MIN, 0);
}

package lull.readmodel;

import java.time.Instant;

/** A row of the due index: a hint that this conversation may have a transition overdue. Also the cursor of a walk along the index. */
public record DueConversation(String entityId, Instant deadline) {

    /** Before the first row. */
    public static final DueConversation START = new DueConversation("", Instant.MIN);
}

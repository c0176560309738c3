package lull.readmodel;

import java.time.Instant;
import java.util.Optional;
import lull.domain.State;

/**
 * Which conversations to list, newest activity first.
 *
 * @param dueBefore only those that time changes before this moment
 * @param after continue behind this row
 * @param limit the most rows to answer, at least 1
 */
public record ListQuery(
        String tenant, Optional<State> state, Optional<Instant> dueBefore, Optional<Cursor> after, int limit) {

    /** The place of a row in the list. */
    public record Cursor(Instant lastActivity, String key) {}
}

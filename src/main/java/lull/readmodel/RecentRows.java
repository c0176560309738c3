package lull.readmodel;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import lull.domain.ConversationId;
import lull.domain.Policy;

/**
 * The rows that the projection has written last, so that it need not read them when their conversations come again. A row is what its events
 * make of it, up to its sequence number: whatever has become of the table meanwhile, it is never wrong, at most old, and an older row
 * is not written over a newer one.
 */
final class RecentRows {

    /** Conversations have few policies, and a row read from the table has one of its own. */
    private static final int MOST_POLICIES = 100;

    private final Map<ConversationId, ConversationRow> rows;
    private final Map<Policy, Policy> policies = new HashMap<>();

    /** @param capacity the most rows, about 350 bytes each; the least recently used leave first */
    RecentRows(int capacity) {
        rows = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ConversationId, ConversationRow> eldest) {
                return size() > capacity;
            }
        };
    }

    synchronized Optional<ConversationRow> get(ConversationId id) {
        return Optional.ofNullable(rows.get(id));
    }

    /** Only what is committed: a row that was rolled back would keep its events from coming again. */
    synchronized void put(Collection<ConversationRow> committed) {
        for (ConversationRow row : committed) {
            rows.put(row.id(), withShared(row));
        }
    }

    private ConversationRow withShared(ConversationRow row) {
        if (policies.size() > MOST_POLICIES) {
            policies.clear();
        }
        Policy shared = policies.computeIfAbsent(row.policy(), it -> it);
        return shared == row.policy() ? row : row.with(shared);
    }
}

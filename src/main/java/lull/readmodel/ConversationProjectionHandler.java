package lull.readmodel;

import akka.projection.jdbc.javadsl.JdbcHandler;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import lull.domain.ConversationId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a group of events into the {@code conversation} table: one query for the rows they touch, unless these are remembered from the
 * groups before, the domain's own rules to change them, one statement to write them.
 *
 * <p>A row says how far it is, so the handler can tell that an event was here before (and skips it) or that one is missing: then the row
 * is made anew from the journal. Nothing that ever went wrong with the table outlives the next event of the conversation.
 *
 * <p>A large group is brought in as two halves side by side, of even and of odd slices, so that in a storm the read model keeps up with the
 * entities. The offset is stored with the first half, and not before the second is committed. If it then is not, the second comes again,
 * and is skipped.
 */
final class ConversationProjectionHandler extends JdbcHandler<List<JournalEntry>, PooledSession> {

    private static final Logger log = LoggerFactory.getLogger(ConversationProjectionHandler.class);

    private static final int REBUILD_PAGE = 1_000;

    /** Events of a page from which on it is worth a second transaction. */
    private static final int TWO_HALVES = 1_000;

    /** Those of some large pages. */
    private static final int RECENT_ROWS = 6_000;

    private final RecentRows recent = new RecentRows(RECENT_ROWS);
    private final Jdbc jdbc;
    private final ConversationRepository conversations;
    private final JournalQueries journal;

    ConversationProjectionHandler(Jdbc jdbc, ConversationRepository conversations, JournalQueries journal) {
        this.jdbc = jdbc;
        this.conversations = conversations;
        this.journal = journal;
    }

    @Override
    public void process(PooledSession session, List<JournalEntry> entries) throws SQLException {
        if (entries.size() < TWO_HALVES) {
            write(session, entries);
            return;
        }
        Map<Boolean, List<JournalEntry>> halves = entries.stream()
                .collect(Collectors.partitioningBy(entry -> entry.id().slice() % 2 == 0));
        CompletableFuture<Collection<ConversationRow>> other =
                jdbc.run(connection -> write(connection, halves.get(false))).toCompletableFuture();
        write(session, halves.get(true));
        recent.put(other.join());
    }

    private void write(PooledSession session, List<JournalEntry> entries) throws SQLException {
        Collection<ConversationRow> changed = write(session.connection(), entries);
        session.whenCommitted(() -> recent.put(changed));
    }

    /** Returns the rows as they are now. */
    private Collection<ConversationRow> write(Connection connection, List<JournalEntry> entries) throws SQLException {
        Map<ConversationId, ConversationRow> rows = known(connection, entries);
        Map<ConversationId, ConversationRow> changed = new HashMap<>();
        for (JournalEntry entry : entries) {
            Optional<ConversationRow> row = Optional.ofNullable(rows.get(entry.id()));
            long reached = row.map(ConversationRow::sequence).orElse(0L);
            if (entry.sequence() <= reached) {
                continue;
            }
            Optional<ConversationRow> next =
                    entry.sequence() == reached + 1 ? step(row, entry) : rebuilt(connection, entry, reached);
            next.ifPresent(it -> {
                rows.put(entry.id(), it);
                changed.put(entry.id(), it);
            });
        }
        if (!changed.isEmpty()) {
            conversations.upsert(connection, changed.values());
        }
        return changed.values();
    }

    private Map<ConversationId, ConversationRow> known(Connection connection, List<JournalEntry> entries)
            throws SQLException {
        Map<ConversationId, ConversationRow> rows = new HashMap<>();
        Set<ConversationId> others = new HashSet<>();
        for (JournalEntry entry : entries) {
            if (!rows.containsKey(entry.id())) {
                recent.get(entry.id()).ifPresentOrElse(row -> rows.put(entry.id(), row), () -> others.add(entry.id()));
            }
        }
        if (!others.isEmpty()) {
            conversations.byId(connection, others).forEach(row -> rows.put(row.id(), row));
        }
        return rows;
    }

    private static Optional<ConversationRow> step(Optional<ConversationRow> row, JournalEntry entry) {
        return row.isPresent()
                ? Optional.of(row.get().after(entry.event(), entry.sequence()))
                : ConversationRow.first(entry);
    }

    private Optional<ConversationRow> rebuilt(Connection connection, JournalEntry upTo, long reached)
            throws SQLException {
        log.debug(
                "{} is at event {} in the read model, and now comes {}: made anew",
                upTo.id(),
                reached,
                upTo.sequence());
        Optional<ConversationRow> row = Optional.empty();
        long after = 0;
        List<JournalEntry> page;
        do {
            page = journal.ofOne(connection, upTo.id(), after, upTo.sequence(), REBUILD_PAGE);
            for (JournalEntry entry : page) {
                row = step(row, entry);
                after = entry.sequence();
            }
        } while (page.size() == REBUILD_PAGE);
        return row;
    }
}

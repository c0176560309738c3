package lull.readmodel;

import akka.projection.jdbc.javadsl.JdbcHandler;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
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
 * Brings a group of events into the {@code conversation} table: one query for the rows they touch, the domain's own rules to change them,
 * one statement to write them.
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
            write(session.connection(), entries);
            return;
        }
        Map<Boolean, List<JournalEntry>> halves = entries.stream()
                .collect(Collectors.partitioningBy(entry -> entry.id().slice() % 2 == 0));
        CompletableFuture<Void> other = jdbc.run(connection -> {
                    write(connection, halves.get(false));
                    return (Void) null;
                })
                .toCompletableFuture();
        write(session.connection(), halves.get(true));
        other.join();
    }

    private void write(Connection connection, List<JournalEntry> entries) throws SQLException {
        Set<ConversationId> ids =
                entries.stream().map(JournalEntry::id).collect(Collectors.toCollection(LinkedHashSet::new));
        Map<ConversationId, ConversationRow> rows = new HashMap<>();
        conversations.byId(connection, ids).forEach(row -> rows.put(row.id(), row));
        Set<ConversationId> changed = new LinkedHashSet<>();
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
                changed.add(entry.id());
            });
        }
        if (!changed.isEmpty()) {
            conversations.upsert(connection, changed.stream().map(rows::get).toList());
        }
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

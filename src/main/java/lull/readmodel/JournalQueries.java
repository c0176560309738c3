package lull.readmodel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import lull.domain.ConversationId;

/**
 * Reads the journal behind a position. Every query that walks on by position stops at {@code journal_horizon()}, below which nothing can
 * appear any more: so a reader that remembers the last position it has seen can never skip an event, however late it was committed.
 */
final class JournalQueries {

    private static final String COLUMNS =
            "ordering, persistence_id, sequence_number, write_timestamp, event_payload, event_ser_id, event_ser_manifest";

    private static final String BEHIND = "select " + COLUMNS + """

             from event_journal
             where ordering > ? and ordering < journal_horizon() and not deleted
             order by ordering
             limit ?
            """;

    private static final String KINDS_BEHIND = "select " + COLUMNS + """

             from event_journal
             where ordering > ? and ordering < ? and ordering < journal_horizon() and not deleted
               and event_ser_manifest = any (?) and persistence_id like ?
             order by ordering
             limit ?
            """;

    private static final String OF_ONE = "select " + COLUMNS + """

             from event_journal
             where persistence_id = ? and sequence_number > ? and sequence_number <= ? and not deleted
             order by sequence_number
             limit ?
            """;

    private static final String HEAD = "select coalesce(max(ordering), 0) from event_journal";

    private final EventDecoder decoder;

    JournalQueries(EventDecoder decoder) {
        this.decoder = decoder;
    }

    /**
     * A part of the journal.
     *
     * @param isLast whether there is nothing behind it; false as well if there is something that cannot be read yet
     */
    record Page(List<JournalEntry> entries, boolean isLast) {}

    /** At most {@code limit} events behind a position, in journal order. */
    Page behind(Connection connection, long position, int limit) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(BEHIND)) {
            select.setLong(1, position);
            select.setInt(2, limit);
            List<JournalEntry> entries = entries(select, limit);
            long reached = entries.isEmpty()
                    ? position
                    : entries.get(entries.size() - 1).position();
            // The second statement sees at least what the first one saw, so nothing is taken for the last that is not.
            return new Page(entries, entries.size() < limit && head(connection) <= reached);
        }
    }

    /** The same for the events of some kinds of one tenant, and only before a position. */
    List<JournalEntry> behind(
            Connection connection, long position, long before, String tenant, List<String> kinds, int limit)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(KINDS_BEHIND)) {
            select.setLong(1, position);
            select.setLong(2, before);
            select.setArray(3, connection.createArrayOf("text", kinds.toArray()));
            select.setString(4, tenant + "|%");
            select.setInt(5, limit);
            return entries(select, limit);
        }
    }

    /** At most {@code limit} events of one conversation, behind a sequence number and up to another. */
    List<JournalEntry> ofOne(Connection connection, ConversationId id, long after, long upTo, int limit)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(OF_ONE)) {
            select.setString(1, id.entityId());
            select.setLong(2, after);
            select.setLong(3, upTo);
            select.setInt(4, limit);
            return entries(select, limit);
        }
    }

    /** The position of the newest event; 0 if there is none. */
    long head(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(HEAD);
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private List<JournalEntry> entries(PreparedStatement select, int limit) throws SQLException {
        List<JournalEntry> entries = new ArrayList<>(Math.min(limit, 256));
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                entries.add(new JournalEntry(
                        rows.getLong(1),
                        ConversationId.parse(rows.getString(2)),
                        rows.getLong(3),
                        Instant.ofEpochMilli(rows.getLong(4)),
                        decoder.decode(rows.getBytes(5), rows.getInt(6), rows.getString(7))));
            }
        }
        return entries;
    }
}

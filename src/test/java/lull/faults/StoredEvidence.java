package lull.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Predicate;
import lull.model.Limits;

/** What the database holds of the conversations of one load, read by statements of our own. */
final class StoredEvidence implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TENANT = "default|";
    private static final int FETCH = 2_000;
    private static final List<String> STATES = List.of("pending", "active", "idle", "expired", "closed", "failed");
    private static final List<String> RULES = List.of("max-age", "pending-timeout", "idle-expired", "idle-timeout");

    private static final String EVENT =
            "select ordering, persistence_id, sequence_number, writer, event_ser_manifest, event_payload";

    private static final String BEHIND = """
            select count(*) from
              (select persistence_id, max(sequence_number) as last from event_journal where persistence_id like ?
               group by persistence_id having bool_or(event_ser_manifest = 'opened')) j
              left join conversation c on c.id = j.persistence_id
            where c.sequence is distinct from j.last
            """;

    private final Connection connection;
    private final String prefix;
    private final StorageNotes notes;
    private final boolean noted;

    StoredEvidence(Evidence evidence) throws SQLException {
        this.connection = DriverManager.getConnection(evidence.jdbcUrl(), evidence.user(), evidence.password());
        this.prefix = TENANT + evidence.log().plan().prefix() + "-";
        this.notes = new StorageNotes(evidence.log().targets());
        this.noted = StorageNotes.isInstalled(connection);
    }

    boolean isNoted() {
        return noted;
    }

    /** Conversations that are due at a moment, as far as the read model knows. */
    long due(Instant until) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select count(*) from conversation where id like ? and deadline <= ?")) {
            select.setString(1, prefix + "%");
            select.setLong(2, nanos(until));
            return number(select);
        }
    }

    /** Conversations of which the read model has not every event. */
    long behind() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(BEHIND)) {
            select.setString(1, prefix + "%");
            return number(select);
        }
    }

    private static long number(PreparedStatement select) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** From now on everything is read as it stands at this moment. */
    void freeze() throws SQLException {
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
    }

    /** Ends {@link #freeze}. */
    void thaw() throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
    }

    /** The whole read model, by conversation. */
    Map<String, ReadModelRow> readModel() throws SQLException {
        Map<String, ReadModelRow> all = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("select id, session, state, opened_at, since,"
                + " last_activity, deadline, rule, idle_after, expire_after, pending_expire_after, max_age, sequence"
                + " from conversation where id like ?")) {
            select.setString(1, prefix + "%");
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    if (isMine(row.getString(1))) {
                        ReadModelRow read = readModelRow(row);
                        all.put(read.conversation(), read);
                    }
                }
            }
        }
        return all;
    }

    private static ReadModelRow readModelRow(ResultSet row) throws SQLException {
        Limits policy = new Limits(
                Duration.ofNanos(row.getLong("idle_after")),
                number(row, "expire_after").map(Duration::ofNanos),
                number(row, "pending_expire_after").map(Duration::ofNanos),
                number(row, "max_age").map(Duration::ofNanos));
        return new ReadModelRow(
                row.getString("id").substring(TENANT.length()),
                row.getInt("session"),
                STATES.get(row.getInt("state")),
                instant(row.getLong("opened_at")),
                instant(row.getLong("since")),
                instant(row.getLong("last_activity")),
                number(row, "deadline").map(StoredEvidence::instant),
                number(row, "rule").map(it -> RULES.get(it.intValue())),
                policy,
                row.getLong("sequence"));
    }

    private static Optional<Long> number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(value);
    }

    /** The journal by conversation and sequence number. */
    Rows byConversation() throws SQLException {
        PreparedStatement select = connection.prepareStatement(EVENT + (noted ? StorageNotes.COLUMNS : "")
                + " from event_journal where persistence_id like ? order by persistence_id, sequence_number");
        select.setString(1, prefix + "%");
        return new Rows(select);
    }

    /** Some kinds of events by position. */
    Rows byPosition(Collection<String> kinds) throws SQLException {
        PreparedStatement select = connection.prepareStatement(EVENT + (noted ? StorageNotes.COLUMNS : "")
                + " from event_journal where persistence_id like ? and event_ser_manifest = any (?) order by ordering");
        select.setString(1, prefix + "%");
        select.setArray(2, connection.createArrayOf("text", kinds.toArray()));
        return new Rows(select);
    }

    /** The events at some positions. */
    Rows at(Collection<Long> positions) throws SQLException {
        PreparedStatement select = connection.prepareStatement(
                EVENT + (noted ? StorageNotes.COLUMNS : "") + " from event_journal where ordering = any (?)");
        select.setArray(1, connection.createArrayOf("bigint", positions.toArray()));
        return new Rows(select);
    }

    /** The position of the last event of some kinds; 0 if there is none. */
    long last(Collection<String> kinds) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select coalesce(max(ordering), 0)"
                + " from event_journal where persistence_id like ? and event_ser_manifest = any (?)")) {
            select.setString(1, prefix + "%");
            select.setArray(2, connection.createArrayOf("text", kinds.toArray()));
            return number(select);
        }
    }

    /** Another load's prefix may begin with ours. */
    private boolean isMine(String persistenceId) {
        Predicate<Integer> digit = it -> Character.isDigit(persistenceId.charAt(it));
        boolean mine = persistenceId.length() > prefix.length();
        for (int i = prefix.length(); i < persistenceId.length(); i++) {
            mine &= digit.test(i);
        }
        return mine;
    }

    /** Events, a page at a time from the server. */
    final class Rows implements Iterator<JournalRow>, AutoCloseable {
        private final PreparedStatement select;
        private final ResultSet rows;
        private Optional<JournalRow> next;

        private Rows(PreparedStatement select) throws SQLException {
            this.select = select;
            select.setFetchSize(FETCH);
            this.rows = select.executeQuery();
            this.next = read();
        }

        private Optional<JournalRow> read() throws SQLException {
            while (rows.next()) {
                if (isMine(rows.getString(2))) {
                    return Optional.of(row());
                }
            }
            return Optional.empty();
        }

        private JournalRow row() throws SQLException {
            try {
                JsonNode payload = JSON.readTree(rows.getBytes(6));
                return JournalRow.of(
                        rows.getLong(1),
                        rows.getString(2).substring(TENANT.length()),
                        rows.getLong(3),
                        rows.getString(4),
                        rows.getString(5),
                        payload,
                        noted ? notes.read(rows, 7) : Optional.empty());
            } catch (IOException e) {
                throw new SQLException("an event that is not JSON: " + rows.getString(2) + " " + rows.getLong(3), e);
            }
        }

        @Override
        public boolean hasNext() {
            return next.isPresent();
        }

        @Override
        public JournalRow next() {
            JournalRow current = next.orElseThrow(NoSuchElementException::new);
            try {
                next = read();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return current;
        }

        @Override
        public void close() throws SQLException {
            select.close();
        }
    }

    private static long nanos(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(0, nanos);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

package lull.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import lull.journal.StoredEvent.Serialized;

/** Every statement of the journal, one method each. Connections come and go in autocommit mode. */
final class JournalSql {

    /** What the 12 low bits of a position can tell apart, so the most that one statement may insert. */
    static final int MOST_ROWS = 4096;

    private JournalSql() {}

    /** Inserts all rows or, with an exception, none. */
    static void insert(Connection connection, List<StoredEvent> rows) throws SQLException {
        var sql = """
                insert into event_journal (ordering, persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
                  event_ser_id, event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload)
                select journal_position(pg_current_xact_id(), e.n - 1), e.persistence_id, e.sequence_number, e.writer,
                  e.write_timestamp, e.adapter_manifest, e.event_ser_id, e.event_ser_manifest, e.event_payload,
                  e.meta_ser_id, e.meta_ser_manifest, e.meta_payload
                from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) with ordinality as e (persistence_id, sequence_number, writer,
                  write_timestamp, adapter_manifest, event_ser_id, event_ser_manifest, event_payload,
                  meta_ser_id, meta_ser_manifest, meta_payload, n)
                """;
        try (var statement = connection.prepareStatement(sql)) {
            array(statement, 1, "text", column(rows, String[]::new, StoredEvent::persistenceId));
            array(statement, 2, "bigint", column(rows, Long[]::new, StoredEvent::sequenceNumber));
            array(statement, 3, "text", column(rows, String[]::new, StoredEvent::writer));
            array(statement, 4, "bigint", column(rows, Long[]::new, StoredEvent::timestamp));
            array(statement, 5, "text", column(rows, String[]::new, StoredEvent::adapterManifest));
            array(
                    statement,
                    6,
                    "int",
                    column(rows, Integer[]::new, row -> row.event().serializerId()));
            array(
                    statement,
                    7,
                    "text",
                    column(rows, String[]::new, row -> row.event().manifest()));
            array(
                    statement,
                    8,
                    "bytea",
                    column(rows, byte[][]::new, row -> row.event().bytes()));
            array(statement, 9, "int", column(rows, Integer[]::new, metadata(Serialized::serializerId)));
            array(statement, 10, "text", column(rows, String[]::new, metadata(Serialized::manifest)));
            array(statement, 11, "bytea", column(rows, byte[][]::new, metadata(Serialized::bytes)));
            int inserted = statement.executeUpdate();
            if (inserted != rows.size()) {
                throw new SQLException("inserted " + inserted + " of " + rows.size() + " rows");
            }
        }
    }

    /** Which of these keys are stored already. */
    static Set<EventKey> existing(Connection connection, List<StoredEvent> rows) throws SQLException {
        var sql = """
                select persistence_id, sequence_number from event_journal
                where (persistence_id, sequence_number) in (select * from unnest(?, ?))
                """;
        try (var statement = connection.prepareStatement(sql)) {
            array(statement, 1, "text", column(rows, String[]::new, StoredEvent::persistenceId));
            array(statement, 2, "bigint", column(rows, Long[]::new, StoredEvent::sequenceNumber));
            var keys = new HashSet<EventKey>();
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    keys.add(new EventKey(result.getString(1), result.getLong(2)));
                }
            }
            return keys;
        }
    }

    record EventKey(String persistenceId, long sequenceNumber) {}

    /**
     * Answers many reads, each of one history, in their order. The highest number counts deleted events, as nobody may use
     * it again; the events themselves do not come.
     */
    static List<ReadAnswer> read(Connection connection, List<ReadRequest> requests) throws SQLException {
        var sql = """
                select r.n, highest.sequence_number, e.ordering, e.sequence_number, e.writer, e.write_timestamp,
                  e.adapter_manifest, e.event_ser_id, e.event_ser_manifest, e.event_payload,
                  e.meta_ser_id, e.meta_ser_manifest, e.meta_payload
                from unnest(?, ?, ?, ?) with ordinality as r (persistence_id, first, last, most, n)
                cross join lateral (
                  select sequence_number from event_journal
                  where persistence_id = r.persistence_id order by sequence_number desc limit 1) highest
                left join lateral (
                  select * from event_journal
                  where persistence_id = r.persistence_id and sequence_number between r.first and r.last and not deleted
                  order by sequence_number limit r.most) e on true
                """;
        var highest = new long[requests.size()];
        var events =
                requests.stream().map(request -> new ArrayList<StoredEvent>()).toList();
        try (var statement = connection.prepareStatement(sql)) {
            array(statement, 1, "text", column(requests, String[]::new, ReadRequest::persistenceId));
            array(statement, 2, "bigint", column(requests, Long[]::new, ReadRequest::first));
            array(statement, 3, "bigint", column(requests, Long[]::new, ReadRequest::last));
            array(statement, 4, "int", column(requests, Integer[]::new, ReadRequest::most));
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    int n = result.getInt(1) - 1;
                    highest[n] = result.getLong(2);
                    long position = result.getLong(3);
                    if (!result.wasNull()) {
                        events.get(n).add(event(requests.get(n).persistenceId(), position, result));
                    }
                }
            }
        }
        // The lateral join has them in order, but nothing promises that it comes out in order.
        events.forEach(history -> history.sort(Comparator.comparingLong(StoredEvent::sequenceNumber)));
        return IntStream.range(0, requests.size())
                .mapToObj(n -> new ReadAnswer(highest[n], events.get(n)))
                .toList();
    }

    private static StoredEvent event(String persistenceId, long position, ResultSet result) throws SQLException {
        var metadataId = result.getInt(11);
        var metadata = result.wasNull()
                ? null
                : new Serialized(metadataId, emptyIfNull(result.getString(12)), result.getBytes(13));
        return new StoredEvent(
                position,
                persistenceId,
                result.getLong(4),
                result.getString(5),
                result.getLong(6),
                emptyIfNull(result.getString(7)),
                new Serialized(result.getInt(8), result.getString(9), result.getBytes(10)),
                metadata);
    }

    private static String emptyIfNull(String text) {
        return text == null ? "" : text;
    }

    /**
     * Deletes a history up to a sequence number, but keeps the last of the deleted events, marked: the highest number must
     * survive, or it would be given out again. One statement, so one transaction: both parts see the rows as they were.
     */
    static void delete(Connection connection, String persistenceId, long last) throws SQLException {
        var sql = """
                with kept as (
                  select max(sequence_number) as sequence_number from event_journal
                  where persistence_id = ? and (deleted or sequence_number <= ?)),
                marked as (
                  update event_journal set deleted = true
                  where persistence_id = ? and sequence_number = (select sequence_number from kept) and not deleted)
                delete from event_journal
                where persistence_id = ? and sequence_number < (select sequence_number from kept)
                """;
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, persistenceId);
            statement.setLong(2, last);
            statement.setString(3, persistenceId);
            statement.setString(4, persistenceId);
            statement.executeUpdate();
        }
    }

    private static <R, C> C[] column(List<R> rows, IntFunction<C[]> type, Function<R, C> value) {
        var column = type.apply(rows.size());
        for (int n = 0; n < column.length; n++) {
            column[n] = value.apply(rows.get(n));
        }
        return column;
    }

    private static <C> Function<StoredEvent, C> metadata(Function<Serialized, C> value) {
        return row -> row.metadata() == null ? null : value.apply(row.metadata());
    }

    private static void array(PreparedStatement statement, int index, String type, Object[] values)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type, values));
    }
}

package lull.journal;

import static lull.journal.Events.number;
import static lull.journal.Events.run;
import static lull.journal.Events.texts;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import lull.TestDatabase;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rule by which a reader of the journal can't be overtaken, with rows of the journal's statement and by hand. */
class PositionsTest {

    private static final String BY_HAND = """
            insert into event_journal (persistence_id, sequence_number, writer, event_ser_id, event_ser_manifest, event_payload)
            values ('%s', %d, '', 1, '', '')
            """;

    private DataSource database;

    @BeforeEach
    void start() {
        database = TestDatabase.fresh();
    }

    @Test
    void a_reader_waits_for_an_open_transaction_and_then_sees_everything_in_order() throws Exception {
        var reader = new Reader();
        insert("before", 1, 1);
        assertThat(reader.read()).containsExactly("before-1");
        try (var slow = database.getConnection()) {
            slow.setAutoCommit(false);
            slow.createStatement().execute(BY_HAND.formatted("slow", 1));
            for (int n = 1; n <= 10; n++) {
                insert("fast" + n, 1, 1);
                assertThat(reader.read()).isEmpty();
            }
            slow.createStatement().execute(BY_HAND.formatted("slow", 2));

            slow.commit();
        }

        assertThat(reader.read()).hasSize(12).startsWith("slow-1", "slow-2").endsWith("fast9-1", "fast10-1");
        assertThat(reader.read()).isEmpty();
    }

    @Test
    void a_reader_does_not_wait_for_a_transaction_that_only_reads() throws Exception {
        var reader = new Reader();
        try (var other = database.getConnection()) {
            other.setAutoCommit(false);
            other.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            other.createStatement().execute("select * from event_journal");
            insert("a", 1, 1);

            assertThat(reader.read()).containsExactly("a-1");
        }
    }

    @Test
    void a_reader_sees_every_row_of_many_writers_once_and_in_the_order_of_its_history() throws Exception {
        var written = new AtomicInteger();
        var reader = new Reader();
        var read = new ArrayList<String>();
        var threads = Executors.newFixedThreadPool(5);
        try {
            var writers = LongStream.rangeClosed(1, 5)
                    .mapToObj(n -> threads.submit(writer(n, written)))
                    .toList();
            while (writers.stream().anyMatch(writer -> !writer.isDone())) {
                read.addAll(reader.read());
            }
            for (var writer : writers) {
                writer.get();
            }
            read.addAll(reader.read());
        } finally {
            threads.shutdownNow();
        }

        assertThat(read).hasSize(written.get()).doesNotHaveDuplicates();
        for (int n = 1; n <= 5; n++) {
            var prefix = "writer" + n + "-";
            var numbers = read.stream()
                    .filter(row -> row.startsWith(prefix))
                    .map(row -> Long.valueOf(row.substring(prefix.length())))
                    .toList();
            assertThat(numbers)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, numbers.size()).boxed().toList());
        }
    }

    /** Transactions of the journal's statement or of rows by hand; some dawdle, some are rolled back. */
    private Callable<Void> writer(long n, AtomicInteger written) {
        return () -> {
            var id = "writer" + n;
            var random = new Random(n);
            long next = 1;
            try (var connection = database.getConnection()) {
                connection.setAutoCommit(false);
                for (int transaction = 0; transaction < 150; transaction++) {
                    int rows = 1 + random.nextInt(20);
                    if (random.nextInt(4) == 0) {
                        rows = 1;
                        connection.createStatement().execute(BY_HAND.formatted(id, next));
                    } else {
                        JournalSql.insert(connection, rows(id, next, next + rows - 1));
                    }
                    if (random.nextInt(5) == 0) {
                        connection.createStatement().execute("select pg_sleep(0.02)");
                    }
                    if (random.nextInt(10) == 0) {
                        connection.rollback();
                    } else {
                        connection.commit();
                        next += rows;
                        written.addAndGet(rows);
                    }
                }
            }
            return null;
        };
    }

    @Test
    void positions_are_the_transaction_id_and_the_row() throws Exception {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(false);
            JournalSql.insert(connection, rows("a", 1, 4096));
            var current = transactionId(connection);
            connection.commit();

            var positions = texts(database, "select ordering from event_journal order by sequence_number").stream()
                    .map(Long::valueOf)
                    .toList();
            assertThat(positions)
                    .containsExactlyElementsOf(LongStream.range(0, 4096)
                            .mapToObj(row -> (current << 12) + row)
                            .toList());
        }
    }

    @Test
    void a_reader_finds_its_rows_by_the_index() {
        insert("a", 1, 4000);
        run(database, "analyze event_journal");

        var plan = String.join("\n", texts(database, "explain " + Reader.QUERY.formatted(0)));

        assertThat(plan).contains("Index Cond").contains("pg_snapshot_xmin").doesNotContain("journal_horizon");
    }

    @Test
    void a_database_from_a_cluster_that_was_ahead_gets_a_base() throws Exception {
        var reader = new Reader();
        try (var running = database.getConnection();
                var prepared = database.getConnection()) {
            // A statement with a plan from before, and a transaction with an id from before.
            for (long n = 1; n <= 10; n++) {
                JournalSql.insert(prepared, rows("prepared", n, n));
            }
            running.setAutoCommit(false);
            transactionId(running);
            run(database, "update event_journal set ordering = ordering + (1000000::bigint << 12)");
            var restored = number(database, "select max(ordering) from event_journal");

            assertThat(number(database, "select journal_rebase()")).isGreaterThan(900_000);

            running.createStatement().execute(BY_HAND.formatted("running", 1));
            JournalSql.insert(prepared, rows("prepared", 11, 11));
            assertThat(number(database, "select min(ordering) from event_journal where sequence_number = 11"))
                    .isGreaterThan(restored);
            running.commit();
            assertThat(number(database, "select ordering from event_journal where persistence_id = 'running'"))
                    .isGreaterThan(restored);
        }
        assertThat(reader.read()).hasSize(12).contains("prepared-11", "running-1");
        assertThat(number(database, "select journal_rebase()"))
                .as("once is enough")
                .isZero();
    }

    @Test
    void a_database_that_stays_in_its_cluster_keeps_its_base() throws Exception {
        assertThat(number(database, "select journal_rebase()")).as("empty").isZero();
        try (var running = database.getConnection()) {
            running.setAutoCommit(false);
            transactionId(running);
            insert("a", 1, 10);

            assertThat(number(database, "select journal_rebase()")).isZero();
            running.rollback();
        }
        assertThat(number(database, "select journal_position('0', 0)")).isZero();
    }

    @Test
    void every_migration_looks_after_the_base() {
        var flyway = Flyway.configure()
                .dataSource(database)
                .schemas("migrated")
                .locations("classpath:db/migration")
                .target("1")
                .load();
        flyway.migrate();
        run(
                database,
                "set search_path = migrated; " + BY_HAND.formatted("a", 1)
                        + "; update event_journal set ordering = ordering + (1000000::bigint << 12); reset search_path");

        flyway.migrate();

        assertThat(number(database, "select migrated.journal_position('0', 0) >> 12"))
                .isGreaterThan(900_000);
        assertThat(number(database, "select public.journal_position('0', 0) >> 12"))
                .isZero();
    }

    private void insert(String id, long from, long to) {
        try (var connection = database.getConnection()) {
            JournalSql.insert(connection, rows(id, from, to));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static List<StoredEvent> rows(String id, long from, long to) {
        var payload = new StoredEvent.Serialized(1, "", new byte[] {1});
        return LongStream.rangeClosed(from, to)
                .mapToObj(n -> new StoredEvent(0, id, n, "writer", 0, "", payload, null))
                .toList();
    }

    /** Gives the transaction an id, if it has none. */
    private static long transactionId(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("select pg_current_xact_id()::text::bigint")) {
            result.next();
            return result.getLong(1);
        }
    }

    /** Reads on from where it was, as a projection does. */
    private final class Reader {

        private static final String QUERY = """
                select persistence_id || '-' || sequence_number, ordering from event_journal
                where ordering > %d and ordering < journal_horizon() order by ordering limit 10000
                """;

        private long position = -1;

        List<String> read() {
            try (var connection = database.getConnection();
                    var statement = connection.createStatement();
                    var result = statement.executeQuery(QUERY.formatted(position))) {
                var rows = new ArrayList<String>();
                while (result.next()) {
                    rows.add(result.getString(1));
                    position = result.getLong(2);
                }
                return rows;
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }
}

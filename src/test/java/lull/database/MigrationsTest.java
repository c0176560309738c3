package lull.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.projection.jdbc.internal.PostgresDialect;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import lull.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

class MigrationsTest {

    private static final String ROW = """
            INSERT INTO conversation
              (id, session, state, opened_at, since, last_activity, deadline, rule, idle_after, slice, sequence)
            VALUES ('default|a|b', 3, 2, 1700000000123456789, 0, 7258118399999999999, 1000, 2, 900000000000, 5, 42)""";

    private final DatabaseSettings settings = TestDatabase.emptySettings();
    private final Migrations migrations = new Migrations(settings);

    private List<List<String>> sql(String statements) throws SQLException {
        try (Connection connection = Database.connect(settings, "-c TimeZone=UTC", Duration.ZERO);
                Statement statement = connection.createStatement()) {
            statement.execute("SET TIME ZONE 'Asia/Kathmandu'");
            List<List<String>> rows = new ArrayList<>();
            if (statement.execute(statements)) {
                ResultSet result = statement.getResultSet();
                while (result.next()) {
                    List<String> row = new ArrayList<>();
                    for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                        row.add(result.getString(column));
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }

    @Test
    void bring_an_empty_database_up_to_date_and_then_have_nothing_to_do() throws Exception {
        assertThat(migrations.currentVersion()).isEmpty();
        assertThat(migrations.isCurrent()).isFalse();
        assertThatThrownBy(migrations::requireCurrent)
                .isInstanceOf(DatabaseException.class)
                .hasMessageMatching(".* are at version none, and this program needs \\d+: run `lull migrate`");

        migrations.migrate();

        assertThat(migrations.currentVersion()).contains("2");
        assertThat(migrations.isCurrent()).isTrue();
        migrations.requireCurrent();
        List<List<String>> history = sql("SELECT * FROM flyway_schema_history");
        migrations.migrate();
        assertThat(sql("SELECT * FROM flyway_schema_history")).isEqualTo(history);
    }

    @Test
    void may_be_started_by_several_nodes_at_once() throws Exception {
        int nodes = 4;
        CyclicBarrier together = new CyclicBarrier(nodes);
        ExecutorService threads = Executors.newFixedThreadPool(nodes);
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            Migrations own = new Migrations(settings);
            done.add(CompletableFuture.runAsync(
                    () -> {
                        await(together);
                        own.migrate();
                    },
                    threads));
        }

        CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).join();

        assertThat(sql("SELECT count(*), count(DISTINCT version) FROM flyway_schema_history WHERE success"))
                .singleElement()
                .satisfies(counts -> assertThat(counts.get(0)).isEqualTo(counts.get(1)));
        threads.shutdown();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void say_one_line() {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> seen = new ListAppender<>();
        seen.start();
        root.addAppender(seen);
        try {
            migrations.migrate();
        } finally {
            root.detachAppender(seen);
        }

        assertThat(seen.list.stream().filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO)))
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .matches("database schema at version 2, \\d migrations applied, \\d+ ms");
    }

    @Test
    void let_the_journal_find_its_positions_again_after_a_restore() throws Exception {
        migrations.migrate();
        sql("CREATE TABLE rebased (n int)");
        sql("DROP FUNCTION IF EXISTS journal_rebase()");
        sql("CREATE FUNCTION journal_rebase() RETURNS void LANGUAGE sql AS 'INSERT INTO rebased VALUES (1)'");

        migrations.migrate();

        assertThat(sql("SELECT count(*) FROM rebased")).containsExactly(List.of("1"));
    }

    @Test
    void tell_in_one_line_why_they_cannot_be_applied() throws Exception {
        sql("CREATE ROLE reader_" + settings.jdbcUrl().replaceFirst(".*/", "") + " LOGIN PASSWORD 'pw'");
        DatabaseSettings reader = new DatabaseSettings(
                settings.jdbcUrl(), "reader_" + settings.jdbcUrl().replaceFirst(".*/", ""), "pw", 1);

        assertThatThrownBy(() -> new Migrations(reader).migrate())
                .isInstanceOf(DatabaseException.class)
                .hasMessageMatching("user reader_\\w+ may not create tables in schema public of .*: GRANT CREATE .*")
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
    }

    @Test
    void take_a_database_of_a_newer_program_as_it_is() throws Exception {
        migrations.migrate();
        sql("""
                INSERT INTO flyway_schema_history
                SELECT installed_rank + 100, '999', 'later', type, 'V999__later.sql', 1, installed_by,
                  installed_on, 1, true
                FROM flyway_schema_history WHERE version = '2'""");

        migrations.migrate();

        assertThat(migrations.isCurrent()).isTrue();
        assertThat(migrations.currentVersion()).contains("999");
    }

    @Test
    void the_view_shows_times_states_and_rules_as_a_person_reads_them() throws Exception {
        migrations.migrate();
        sql(ROW);

        assertThat(sql("""
                        SELECT tenant, key, session, state, rule, opened_at AT TIME ZONE 'UTC',
                          since AT TIME ZONE 'UTC',
                          last_activity AT TIME ZONE 'UTC', deadline AT TIME ZONE 'UTC', idle_after, max_age, sequence
                        FROM conversations"""))
                .containsExactly(Arrays.asList(
                        "default",
                        "a|b",
                        "3",
                        "idle",
                        "idle-expired",
                        "2023-11-14 22:13:20.123456",
                        "1970-01-01 00:00:00",
                        "2199-12-31 23:59:59.999999",
                        "1970-01-01 00:00:00.000001",
                        "00:15:00",
                        null,
                        "42"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state = 6",
                "state = 3",
                "deadline = NULL",
                "rule = NULL",
                "rule = 4",
                "idle_after = NULL",
                "slice = NULL",
                "id = NULL"
            })
    void a_row_that_makes_no_sense_is_refused(String change) throws Exception {
        migrations.migrate();
        sql(ROW);

        assertThatThrownBy(() -> sql("UPDATE conversation SET " + change)).hasMessageContaining("violates");
    }

    @Test
    void a_sweep_reads_the_due_index_and_a_list_the_other() throws Exception {
        migrations.migrate();
        sql("""
                INSERT INTO conversation
                  (id, session, state, opened_at, since, last_activity, deadline, rule, idle_after, slice, sequence)
                SELECT 'default|' || n, 1, CASE WHEN live THEN 1 ELSE 3 END, n, n, n, CASE WHEN live THEN n END,
                  CASE WHEN live THEN 3 END, 1, n % 16, 1
                FROM generate_series(1, 20000) n, LATERAL (SELECT n % 10 = 0 AS live)""");
        sql("ANALYZE conversation");

        assertThat(sql("""
                        EXPLAIN SELECT id FROM conversation
                        WHERE slice = 4 AND deadline <= 9000 AND (deadline, id) > (100, 'x')
                        ORDER BY deadline, id LIMIT 100""").toString()).contains("conversation_due").doesNotContain("Sort");
        assertThat(sql("""
                        EXPLAIN SELECT id FROM conversation
                        WHERE state = 1 AND (last_activity, id) < (9000, 'x')
                        ORDER BY last_activity DESC, id DESC LIMIT 100""").toString()).contains("conversation_list").doesNotContain("Sort");
    }

    @Test
    void the_offset_tables_are_those_of_the_projection_library() throws Exception {
        migrations.migrate();
        PostgresDialect dialect = new PostgresDialect(
                Option.apply("library"), "akka_projection_offset_store", "akka_projection_management", true);
        sql("CREATE SCHEMA library");
        for (String statement : CollectionConverters.asJava(dialect.createTableStatements())) {
            sql(statement);
        }
        for (String statement : CollectionConverters.asJava(dialect.createManagementTableStatements())) {
            sql(statement);
        }

        assertThat(columns("public")).isEqualTo(columns("library")).hasSize(10);
    }

    private List<List<String>> columns(String schema) throws SQLException {
        return sql("""
                SELECT table_name, column_name, data_type, character_maximum_length, is_nullable
                FROM information_schema.columns WHERE table_schema = '%s' AND table_name LIKE 'akka%%'
                ORDER BY table_name, ordinal_position""".formatted(schema));
    }
}

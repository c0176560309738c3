package lull.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import lull.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // what hangs here hangs for ever
class DatabaseTest {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

    private final DatabaseSettings settings = TestDatabase.emptySettings();

    private static String query(Database database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private DatabaseSettings with(String url) {
        return new DatabaseSettings(url, settings.user(), settings.password(), 2);
    }

    private DatabaseSettings through(Wire wire) {
        return with(settings.jdbcUrl().replaceFirst(":\\d+/", ":" + wire.port() + "/"));
    }

    private Wire wire() throws IOException {
        return new Wire(Integer.parseInt(settings.jdbcUrl().replaceFirst(".*:(\\d+)/.*", "$1")));
    }

    private static Duration time(Callable<?> call) throws Exception {
        long start = System.nanoTime();
        call.call();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static Database open(DatabaseSettings settings) {
        return Database.open(settings, () -> false);
    }

    @Test
    void a_node_that_must_not_write_any_more_gets_no_connection() throws SQLException {
        AtomicBoolean closed = new AtomicBoolean();
        try (Database database = Database.open(settings, closed::get)) {
            database.dataSource().getConnection().close();
            closed.set(true);
            assertThatThrownBy(() -> database.dataSource().getConnection())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("must not use the database any more");
        }
    }

    @Test
    void its_connections_commit_by_themselves_in_utc_and_are_bounded() throws Exception {
        try (Database database = open(settings);
                Connection connection = database.dataSource().getConnection()) {
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(connection.getNetworkTimeout()).isEqualTo(8000);
            assertThat(query(database, "SHOW TimeZone")).isEqualTo("UTC");
            assertThat(query(database, "SHOW statement_timeout")).isEqualTo("5s");
            assertThat(query(database, "SHOW lock_timeout")).isEqualTo("3s");
            assertThat(query(database, "SHOW idle_in_transaction_session_timeout"))
                    .isEqualTo("10s");
            assertThat(query(database, "SHOW application_name")).isEqualTo("lull");
        }
    }

    @Test
    void parameters_of_the_url_win_one_by_one() throws Exception {
        String url =
                settings.jdbcUrl() + "?ApplicationName=theirs&options=-c%20statement_timeout%3D1234&socketTimeout=30";
        try (Database database = open(with(url));
                Connection connection = database.dataSource().getConnection()) {
            assertThat(query(database, "SHOW application_name")).isEqualTo("theirs");
            assertThat(query(database, "SHOW statement_timeout")).isEqualTo("1234ms");
            assertThat(query(database, "SHOW lock_timeout")).isEqualTo("3s");
            assertThat(connection.getNetworkTimeout()).isEqualTo(30_000);
        }
    }

    @Test
    void empty_options_in_the_url_turn_the_bounds_of_the_server_off() throws Exception {
        try (Database database = open(with(settings.jdbcUrl() + "?options="))) {
            assertThat(query(database, "SHOW statement_timeout")).isEqualTo("0");
        }
    }

    @Test
    void user_and_password_may_stand_in_the_url() throws Exception {
        String url = settings.jdbcUrl() + "?user=" + settings.user() + "&password=" + settings.password();
        DatabaseSettings inUrl = new DatabaseSettings(url, "", "", 1);
        try (Database database = open(inUrl)) {
            assertThat(query(database, "SELECT current_user")).isEqualTo("lull");
            assertThat(inUrl.toString()).doesNotContain(settings.password());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "postgres://lull:secret@host/lull",
                "jdbc:mysql://host/lull",
                "jdbc:postgresql://lull:secret@host/lull",
                "jdbc:postgresql://host:99999/lull?password=secret"
            })
    void a_url_that_cannot_be_right_is_refused_in_one_line_without_its_secrets(String url) {
        assertThatThrownBy(() -> with(url))
                .isInstanceOf(DatabaseException.class)
                .hasMessageStartingWith("LULL_JDBC_URL is not a JDBC URL of PostgreSQL")
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).doesNotContain("secret"))
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    }

    @Test
    void a_refused_login_is_told_at_once_and_in_one_line() throws Exception {
        try (Database database = open(new DatabaseSettings(settings.jdbcUrl(), settings.user(), "guess", 1))) {
            Duration taken = time(() -> assertThatThrownBy(() -> database.awaitAvailable(Duration.ofMinutes(1)))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("password authentication failed for user \"lull\"")
                    .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1))
                    .satisfies(e -> assertThat(e.getStackTrace()).isEmpty()));

            assertThat(taken).isLessThan(LONG_ENOUGH);
        }
    }

    @Test
    void a_database_that_does_not_exist_is_told_at_once() {
        try (Database database = open(with(settings.jdbcUrl() + "_not"))) {
            assertThatThrownBy(() -> database.awaitAvailable(Duration.ofMinutes(1)))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("does not exist");
        }
    }

    @Test
    void a_server_that_is_not_there_is_waited_for_and_given_up_at_the_limit() throws Exception {
        int free = ServerProcess.freePort();
        try (Database database = open(with("jdbc:postgresql://127.0.0.1:" + free + "/lull"))) {
            Duration taken = time(() -> assertThatThrownBy(() -> database.awaitAvailable(Duration.ofSeconds(1)))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("no database at jdbc:postgresql://127.0.0.1:" + free + "/lull after 1 s")
                    .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1)));

            assertThat(taken).isBetween(Duration.ofSeconds(1), LONG_ENOUGH);
        }
    }

    @Test
    void a_server_that_comes_late_is_used() throws Exception {
        try (Wire wire = wire()) {
            wire.cut();
            try (Database database = open(through(wire))) {
                CompletableFuture<Void> available =
                        CompletableFuture.runAsync(() -> database.awaitAvailable(Duration.ofMinutes(1)));
                assertThatThrownBy(() -> available.get(500, TimeUnit.MILLISECONDS))
                        .isInstanceOf(java.util.concurrent.TimeoutException.class);

                wire.repair();

                available.get(20, TimeUnit.SECONDS);
                assertThat(query(database, "SELECT 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void a_server_that_goes_away_and_comes_back_is_used_again() throws Exception {
        try (Wire wire = wire();
                Database database = open(through(wire))) {
            assertThat(query(database, "SELECT 1")).isEqualTo("1");

            wire.cut();
            Duration taken = time(
                    () -> assertThatThrownBy(() -> query(database, "SELECT 1")).isInstanceOf(SQLException.class));
            assertThat(taken).isLessThan(LONG_ENOUGH);

            wire.repair();
            await().atMost(Duration.ofSeconds(15))
                    .ignoreExceptions()
                    .until(() -> query(database, "SELECT 2").equals("2"));
        }
    }

    @Test
    void a_server_that_falls_silent_keeps_nobody_waiting() throws Exception {
        try (Wire wire = wire();
                Database database = open(through(wire));
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            wire.silence();

            Duration inUse = time(() ->
                    assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class));
            assertThat(inUse).isLessThan(LONG_ENOUGH);
            Duration fromPool = time(
                    () -> assertThatThrownBy(() -> query(database, "SELECT 1")).isInstanceOf(SQLException.class));
            assertThat(fromPool).isLessThan(LONG_ENOUGH);

            wire.cut();
            wire.repair();
            await().atMost(Duration.ofSeconds(15))
                    .ignoreExceptions()
                    .until(() -> query(database, "SELECT 2").equals("2"));
        }
    }

    @Test
    void a_connection_to_a_server_that_refuses_writes_is_replaced() throws Exception {
        try (Database database =
                open(new DatabaseSettings(settings.jdbcUrl(), settings.user(), settings.password(), 1))) {
            String before = query(database, "SELECT pg_backend_pid()");
            try (Connection connection = database.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SET default_transaction_read_only = on");
                assertThatThrownBy(() -> statement.execute("CREATE TABLE t ()")).hasMessageContaining("read-only");
            }

            assertThat(query(database, "SELECT pg_backend_pid()")).isNotEqualTo(before);
        }
    }

    @Test
    void a_pool_has_at_least_one_connection() {
        assertThatThrownBy(() -> new DatabaseSettings(settings.jdbcUrl(), "", "", 0))
                .isInstanceOf(DatabaseException.class);
    }
}

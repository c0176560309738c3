package lull.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers in one home, which each test finds stopped and leaves stopped. */
class EmbeddedPostgresTest {

    @TempDir
    private static Path directory;

    private final Path home = directory.resolve("a home's place");
    private NodeProcess node;

    @AfterEach
    void kill_the_node() {
        if (node != null) {
            node.kill();
            awaitGone(node.serverPid());
        }
    }

    /** Says how many rows there are now, this one included. */
    static int addRow(EmbeddedPostgres server) throws SQLException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // One after the other: creating one table twice at the same time fails.
            statement.execute("SELECT pg_advisory_xact_lock(1)");
            statement.execute("CREATE TABLE IF NOT EXISTS probe (n bigserial)");
            statement.execute("INSERT INTO probe DEFAULT VALUES");
            try (ResultSet result = statement.executeQuery("SELECT count(*) FROM probe")) {
                result.next();
                int rows = result.getInt(1);
                connection.commit();
                return rows;
            }
        }
    }

    private static Connection connect(EmbeddedPostgres server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
    }

    private static String query(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            try (ResultSet result = statement.getResultSet()) {
                result.next();
                return result.getString(1);
            }
        }
    }

    /** Alive and not merely waiting for its parent to ask for its end: such a process has no command any more. */
    static boolean isAlive(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isPresent();
    }

    static void awaitGone(long pid) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !isAlive(pid));
    }

    /** @param pid of a process, or the negative one of a group */
    static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid)
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void keeps_its_data_over_a_restart() throws Exception {
        int before;
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {
            before = addRow(server);
        }

        try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {
            assertThat(addRow(server)).isEqualTo(before + 1);
        }
    }

    @Test
    void stops_when_it_is_closed_once_or_twice() {
        EmbeddedPostgres server = EmbeddedPostgres.start(home);

        server.close();
        server.close();

        assertThat(home.resolve("data/postmaster.pid")).doesNotExist();
        awaitGone(server.pid());
    }

    @Test
    void commits_to_the_disk_and_depends_on_no_locale_or_time_zone_of_the_machine() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {
            assertThat(query(server, "SHOW fsync")).isEqualTo("on");
            assertThat(query(server, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(query(server, "SHOW full_page_writes")).isEqualTo("on");
            assertThat(query(server, "SHOW data_checksums")).isEqualTo("on");
            assertThat(query(server, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(query(server, "SELECT datcollate FROM pg_database WHERE datname = 'lull'"))
                    .isEqualTo("C");
            assertThat(query(server, "SELECT reset_val FROM pg_settings WHERE name = 'log_timezone'"))
                    .isEqualTo("UTC");
            assertThat(query(server, "SHOW server_version")).isEqualTo(server.version());
            assertThat(query(server, "SHOW data_directory"))
                    .isEqualTo(server.home().resolve("data").toString());
        }
    }

    @Test
    void is_reached_on_loopback_only_and_with_the_password_only() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {
            assertThat(query(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(query(server, "SHOW unix_socket_directories")).isEmpty();
            int port = Integer.parseInt(query(server, "SHOW port"));
            for (InetAddress address : otherAddresses()) {
                assertThatThrownBy(() -> {
                            try (Socket socket = new Socket()) {
                                socket.connect(new InetSocketAddress(address, port), 1000);
                            }
                        })
                        .isInstanceOf(IOException.class);
            }
            assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), server.user(), "guess"))
                    .hasMessageContaining("password authentication failed");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("password"))))
                    .isEqualTo("rw-------");
            assertThat(server.password()).hasSizeGreaterThanOrEqualTo(32);
        }
    }

    private static List<InetAddress> otherAddresses() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .toList();
    }

    @Test
    void refuses_a_home_that_this_process_uses_and_leaves_its_lock_alone() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(home))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining(
                            "is in use by process " + ProcessHandle.current().pid());

            assertThatThrownBy(() -> NodeProcess.start(home)).hasMessageContaining("is in use by process");
            assertThat(addRow(server)).isPositive();
        }
    }

    @Test
    void refuses_a_home_that_another_process_uses() throws Exception {
        node = NodeProcess.start(home);

        assertThatThrownBy(() -> EmbeddedPostgres.start(home))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("is in use by process " + node.pid() + ".")
                .hasMessageContaining("to join that node's cluster, set LULL_CONTACT_POINTS")
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1))
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    }

    @Test
    void stops_when_its_node_is_killed() throws Exception {
        node = NodeProcess.start(home);

        node.kill();

        awaitGone(node.serverPid());
        assertThat(home.resolve("data/postmaster.pid")).doesNotExist();
    }

    @Test
    void starts_at_once_after_its_node_was_killed_again_and_again() throws Exception {
        int rows = 0;
        for (int round = 0; round < 3; round++) {
            node = NodeProcess.start(home);
            assertThat(node.rows()).isGreaterThan(rows);
            assertThat(rows == 0 || node.rows() == rows + 1).isTrue();
            rows = node.rows();
            node.kill();
        }
    }

    @Test
    void starts_after_node_keeper_and_server_were_killed() throws Exception {
        NodeProcess killed = NodeProcess.start(home);
        signal("KILL", killed.keeper().pid());
        killed.kill();
        signal("KILL", killed.serverPid());

        node = NodeProcess.start(home);

        assertThat(node.rows()).isEqualTo(killed.rows() + 1);
    }

    @Test
    void stops_a_server_that_nobody_stopped_and_starts_its_own() throws Exception {
        NodeProcess killed = NodeProcess.start(home);
        signal("KILL", killed.keeper().pid());
        killed.kill();
        assertThat(isAlive(killed.serverPid())).isTrue();

        node = NodeProcess.start(home);

        assertThat(node.serverPid()).isNotEqualTo(killed.serverPid());
        assertThat(node.rows()).isEqualTo(killed.rows() + 1);
        awaitGone(killed.serverPid());
    }

    @Test
    void a_keeper_that_wakes_late_does_not_stop_the_next_server() throws Exception {
        NodeProcess killed = NodeProcess.start(home);
        ProcessHandle keeper = killed.keeper();
        signal("STOP", keeper.pid());
        killed.kill();
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {

            signal("CONT", keeper.pid());
            awaitGone(keeper.pid());

            assertThat(addRow(server)).isEqualTo(killed.rows() + 1);
            assertThat(Files.readString(home.resolve("postgres.log")).lines().toList())
                    .last()
                    .asString()
                    .doesNotContain("shutdown");
        }
    }

    @Test
    void a_terminal_s_signals_do_not_stop_the_server_while_the_node_runs() throws Exception {
        node = NodeProcess.start(home);

        for (String name : List.of("INT", "TERM", "HUP", "QUIT")) {
            signal(name, node.keeper().pid());
        }

        assertThat(isAlive(node.keeper().pid())).isTrue();
        assertThat(isAlive(node.serverPid())).isTrue();
    }

    @Test
    void stops_the_server_itself_if_the_keeper_was_killed() throws Exception {
        EmbeddedPostgres server = EmbeddedPostgres.start(home);
        ProcessHandle keeper = ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").matches(".*/(sh|dash|bash)"))
                .findFirst()
                .orElseThrow();
        signal("KILL", keeper.pid());

        server.close();

        assertThat(home.resolve("data/postmaster.pid")).doesNotExist();
        awaitGone(server.pid());
    }

    @Test
    void is_not_deterred_by_a_process_id_that_another_program_has_now() throws Exception {
        EmbeddedPostgres.start(home).close();
        Path record = home.resolve("data/postmaster.pid");
        Process other = new ProcessBuilder("sleep", "60").start();
        Files.writeString(record, other.pid() + "\n" + home.resolve("data") + "\n1\n1\n\n127.0.0.1\n  1 1\nready   \n");
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {
            assertThat(addRow(server)).isPositive();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly().onExit().join();
        }
    }

    @Test
    void takes_another_port_if_the_first_was_taken_meanwhile() throws Exception {
        EmbeddedPostgres.start(home).close();
        Home held = Home.enter(home);
        Programs programs = Programs.forUser(held.isRoots());
        Binaries binaries = Binaries.unpack(home.resolve("postgres"), programs);
        int free = ServerProcess.freePort();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Queue<Integer> ports = new ArrayDeque<>(List.of(taken.getLocalPort(), free));
            try (ServerProcess server = ServerProcess.start(held, binaries, programs, ports::remove)) {
                assertThat(server.port()).isEqualTo(free);
            }
        } finally {
            held.close();
        }
    }

    @Test
    void a_start_that_fails_shows_the_end_of_the_log_and_gives_the_home_back() throws Exception {
        EmbeddedPostgres.start(home).close();
        Path settings = home.resolve("data/postgresql.auto.conf");
        String before = Files.readString(settings);
        Files.writeString(settings, "shared_buffers = 'plenty'\n");
        try {
            assertThatThrownBy(() -> EmbeddedPostgres.start(home))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("invalid value for parameter \"shared_buffers\": \"plenty\"");
        } finally {
            Files.writeString(settings, before);
        }
        EmbeddedPostgres.start(home).close();
    }

    @Test
    void refuses_data_of_another_version_of_postgresql() throws Exception {
        EmbeddedPostgres.start(home).close();
        Path version = home.resolve("data/PG_VERSION");
        Files.writeString(version, "16\n");
        try {
            assertThatThrownBy(() -> EmbeddedPostgres.start(home))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("was made by PostgreSQL 16, and this build of Lull brings 17.");
        } finally {
            Files.writeString(version, "17\n");
        }
    }

    @Test
    void refuses_a_home_whose_password_is_lost() throws Exception {
        EmbeddedPostgres.start(home).close();
        Path password = home.resolve("password");
        Path aside = Files.move(password, home.resolve("aside"));
        try {
            assertThatThrownBy(() -> EmbeddedPostgres.start(home)).hasMessageContaining("password is missing");
        } finally {
            Files.move(aside, password);
        }
    }

    @Test
    void a_start_that_was_cut_short_leaves_nothing_behind() throws Exception {
        EmbeddedPostgres.start(home).close();
        Path cluster = Files.createDirectories(home.resolve("initialising-1/base"));
        Path programs = Files.createDirectories(home.resolve("postgres/unpacking-1/bin"));

        EmbeddedPostgres.start(home).close();

        assertThat(cluster.getParent()).doesNotExist();
        assertThat(home.resolve("postgres"))
                .isDirectoryContaining("glob:**/17.*")
                .isDirectoryNotContaining("glob:**/unpacking-*");
        assertThat(programs).doesNotExist();
    }

    @Test
    void a_file_is_not_a_home() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> EmbeddedPostgres.start(file))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("is not a directory");
    }

    @Test
    void refuses_a_name_that_a_shell_would_take_apart() {
        assertThatThrownBy(() -> EmbeddedPostgres.start(directory.resolve("$home")))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("name");
    }

    @Test
    void knows_the_machines_that_it_has_programs_for() {
        assertThat(Binaries.platform("Linux", "amd64")).isEqualTo("linux-x86_64");
        assertThat(Binaries.platform("Linux", "aarch64")).isEqualTo("linux-arm_64");
        assertThat(Binaries.platform("Mac OS X", "x86_64")).isEqualTo("darwin-x86_64");
        assertThat(Binaries.platform("Mac OS X", "aarch64")).isEqualTo("darwin-arm_64");
        assertThatThrownBy(() -> Binaries.platform("Windows 11", "amd64"))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("LULL_JDBC_URL");
    }
}

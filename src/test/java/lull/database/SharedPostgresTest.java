package lull.database;

import static lull.database.EmbeddedPostgresTest.addRow;
import static lull.database.EmbeddedPostgresTest.awaitGone;
import static lull.database.EmbeddedPostgresTest.isAlive;
import static lull.database.EmbeddedPostgresTest.signal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several nodes and one server in a home, which each test finds unused and leaves unused. */
class SharedPostgresTest {

    @TempDir
    private static Path directory;

    private final Path home = directory.resolve("a shared home");
    private final List<NodeProcess> nodes = new ArrayList<>();

    private NodeProcess share() throws IOException {
        return add(NodeProcess.share(home));
    }

    private NodeProcess add(NodeProcess node) {
        nodes.add(node);
        return node;
    }

    @AfterEach
    void kill_the_nodes() throws IOException {
        nodes.forEach(NodeProcess::kill);
        assertServerGone();
    }

    private void assertServerGone() throws IOException {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.notExists(home.resolve("data/postmaster.pid")));
        nodes.forEach(node -> awaitGone(node.serverPid()));
    }

    @Test
    void the_second_node_uses_the_server_and_the_data_of_the_first() throws Exception {
        NodeProcess first = share();
        NodeProcess second = share();

        assertThat(second.serverPid()).isEqualTo(first.serverPid());
        assertThat(second.rows()).isEqualTo(first.rows() + 1);
        assertThat(first.addRow()).isEqualTo(second.rows() + 1);
    }

    @Test
    void a_node_that_may_not_share_is_refused_and_told_who_is_there() throws Exception {
        NodeProcess first = share();
        NodeProcess second = share();

        assertThatThrownBy(() -> EmbeddedPostgres.start(home))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("is in use by processes " + first.pid() + ", " + second.pid() + ". ")
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
        assertThat(first.addRow()).isEqualTo(second.rows() + 1);
    }

    @Test
    void a_node_may_join_one_that_had_started_alone() throws Exception {
        NodeProcess first = add(NodeProcess.start(home));

        assertThat(share().serverPid()).isEqualTo(first.serverPid());
    }

    @Test
    void this_process_cannot_join_itself() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.share(home)) {
            assertThatThrownBy(() -> EmbeddedPostgres.share(home))
                    .hasMessageContaining(
                            "is in use by process " + ProcessHandle.current().pid());
            assertThat(share().serverPid()).isEqualTo(server.pid());
        }
    }

    @Test
    void the_others_go_on_when_the_first_is_killed_and_it_may_come_back() throws Exception {
        NodeProcess first = share();
        NodeProcess second = share();
        NodeProcess third = share();

        first.kill();

        assertThat(second.addRow()).isEqualTo(third.rows() + 1);
        NodeProcess again = share();
        assertThat(again.serverPid()).isEqualTo(first.serverPid());
        assertThat(again.rows()).isEqualTo(third.rows() + 2);
        assertThat(third.addRow()).isEqualTo(third.rows() + 3);
    }

    @Test
    void the_others_go_on_when_the_first_is_killed_with_all_its_group() throws Exception {
        assumeTrue(Stream.of("/usr/bin/setsid", "/bin/setsid").map(Path::of).anyMatch(Files::isExecutable));
        NodeProcess first = add(NodeProcess.shareInGroup(home));
        ProcessHandle keeper = first.keeper();
        NodeProcess second = share();

        signal("KILL", -first.pid());
        first.kill();

        assertThat(isAlive(keeper.pid())).isTrue();
        assertThat(second.addRow()).isEqualTo(second.rows() + 1);
    }

    @Test
    void who_is_told_to_stop_leaves_the_server_to_the_others_and_the_last_one_stops_it() throws Exception {
        NodeProcess first = share();
        NodeProcess second = share();

        first.stop();
        assertThat(second.addRow()).isEqualTo(second.rows() + 1);
        second.stop();

        assertThat(home.resolve("data/postmaster.pid")).doesNotExist();
        assertThat(Files.readAllLines(home.resolve("postgres.log")))
                .last()
                .asString()
                .endsWith("database system is shut down");
        EmbeddedPostgres.start(home).close();
    }

    @Test
    void the_server_stops_when_the_last_one_is_killed() throws Exception {
        NodeProcess first = share();
        NodeProcess second = share();
        first.kill();

        second.kill();

        assertServerGone();
        EmbeddedPostgres.start(home).close();
    }

    @Test
    void nobody_but_its_users_holds_the_life_line() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
        NodeProcess first = share();
        NodeProcess second = share();
        ProcessHandle keeper = first.keeper();

        assertThat(openFor(first.pid())).containsExactly("rw");
        assertThat(openFor(second.pid())).containsExactly("rw");
        assertThat(openFor(keeper.pid())).containsExactly("r-");
        assertThat(openFor(first.serverPid())).isEmpty();
    }

    /** For what a process has the life line open, as the system shows it in the rights of a link. */
    private List<String> openFor(long pid) throws IOException {
        List<String> rights = new ArrayList<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"), this::isLifeLine)) {
            for (Path link : open) {
                rights.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(link, LinkOption.NOFOLLOW_LINKS))
                        .substring(0, 2));
            }
        }
        return rights;
    }

    private boolean isLifeLine(Path link) {
        try {
            return Files.readSymbolicLink(link).equals(home.toRealPath().resolve("lifeline"));
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    @Test
    void who_comes_when_the_keeper_has_seen_the_end_does_not_get_the_server_that_is_about_to_stop() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
        NodeProcess last = share();
        ProcessHandle keeper = last.keeper();
        NodeProcess lingering = add(NodeProcess.linger(home));
        signal("STOP", last.serverPid());
        NodeProcess next;
        try {
            last.kill();
            awaitGone(keeper.pid()); // it has told the server to stop, which the server cannot hear yet

            next = add(NodeProcess.beginSharing(home));
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> openFor(next.pid()).equals(List.of("rw")));
            lingering.kill();
        } finally {
            signal("CONT", last.serverPid());
        }

        next.awaitReady();
        awaitGone(last.serverPid());
        assertThat(next.serverPid()).isNotEqualTo(last.serverPid());
        assertThat(next.addRow()).isEqualTo(last.rows() + 2);
    }

    @Test
    void an_interrupted_stop_is_a_stop() throws Exception {
        EmbeddedPostgres server = EmbeddedPostgres.share(home);
        try {
            Thread.currentThread().interrupt();
            server.close();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        assertThat(home.resolve("data/postmaster.pid")).doesNotExist();
        EmbeddedPostgres.start(home).close();
    }

    @Test
    void a_keeper_that_was_killed_is_replaced_by_the_next_node() throws Exception {
        NodeProcess first = share();
        signal("KILL", first.keeper().pid());

        NodeProcess second = share();

        assertThat(second.serverPid()).isEqualTo(first.serverPid());
        second.kill();
        assertThat(first.addRow()).isEqualTo(second.rows() + 1);
        first.kill();
        assertServerGone();
    }

    @Test
    void a_server_that_has_ended_under_its_users_is_not_joined() throws Exception {
        NodeProcess first = share();
        signal("KILL", first.serverPid());
        awaitGone(first.serverPid());

        assertThatThrownBy(() -> NodeProcess.share(home))
                .hasMessageContaining("has ended, and process " + first.pid() + " would still use it");

        first.kill();
        assertThat(share().rows()).isEqualTo(first.rows() + 1);
    }

    @Test
    void many_that_start_at_once_in_a_new_home_have_one_server() throws Exception {
        Path fresh = directory.resolve("a new home");
        for (int node = 0; node < 4; node++) {
            add(NodeProcess.beginSharing(fresh));
        }
        for (NodeProcess node : nodes) {
            node.awaitReady();
        }

        assertThat(nodes)
                .extracting(NodeProcess::serverPid)
                .containsOnly(nodes.get(0).serverPid());
        assertThat(nodes).extracting(NodeProcess::rows).containsExactlyInAnyOrder(1, 2, 3, 4);
    }

    /** The moment differs from round to round, from before the kernel lets go of what it held until after the stop. */
    @Test
    void a_node_that_comes_while_the_last_one_goes_has_a_server_that_works() throws Exception {
        Random random = new Random(20260103);
        int rows = -1;
        for (int round = 0; round < 12; round++) {
            NodeProcess last = share();
            assertThat(rows == -1 || last.rows() == rows + 1).isTrue();
            boolean kill = round % 2 == 0;
            if (kill) {
                last.beginKill();
            } else {
                last.beginStop();
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(60_000)));
            try (EmbeddedPostgres next = EmbeddedPostgres.share(home)) {
                rows = addRow(next);
                assertThat(rows).isEqualTo(last.rows() + 1);
                last.kill();
                assertThat(addRow(next)).isEqualTo(++rows);
            }
        }
    }

    /** Nodes come and go as it happens; those that are there always have one server, and nothing is lost. */
    @Test
    void any_coming_and_going_leaves_those_that_are_there_with_one_server() throws Exception {
        Random random = new Random(20260104);
        List<NodeProcess> there = new ArrayList<>(List.of(share()));
        int rows = there.get(0).rows();
        for (int step = 0; step < 12; step++) {
            List<NodeProcess> coming = new ArrayList<>();
            for (int count = random.nextInt(3); count > 0 || there.isEmpty() && coming.isEmpty(); count--) {
                coming.add(add(NodeProcess.beginSharing(home)));
            }
            for (int count = random.nextInt(there.size() + 1); count > 0; count--) {
                NodeProcess going = there.remove(random.nextInt(there.size()));
                if (random.nextBoolean()) {
                    going.beginKill();
                } else {
                    going.beginStop();
                }
            }
            for (NodeProcess node : coming) {
                there.add(node.awaitReady());
                rows++;
            }
            for (NodeProcess node : there) {
                assertThat(node.addRow()).as("rows at step %s", step).isEqualTo(++rows);
            }
        }
    }
}

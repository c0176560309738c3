package lull.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import lull.TestDatabase;
import lull.database.DatabaseSettings;
import lull.domain.ConversationId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of one machine that are told one another's addresses. */
class ListedNodesIT {

    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration STOP = Duration.ofSeconds(20);

    private final Http http = new Http();
    private final List<RunningNode> started = new ArrayList<>();

    @TempDir
    private Path home;

    private static Map<String, String> freshDatabase() {
        DatabaseSettings database = TestDatabase.freshSettings();
        return Map.of(
                "LULL_JDBC_URL", database.jdbcUrl(),
                "LULL_JDBC_USER", database.user(),
                "LULL_JDBC_PASSWORD", database.password(),
                "LULL_JDBC_POOL_SIZE", "8");
    }

    @AfterEach
    void end() {
        started.forEach(RunningNode::sigterm);
        started.forEach(RunningNode::close);
    }

    private RunningNode start(String name, int managementPort, String contactPoints, Map<String, String> database)
            throws IOException {
        Map<String, String> settings = new HashMap<>(database);
        settings.put("LULL_MANAGEMENT_PORT", Integer.toString(managementPort));
        settings.put("LULL_CONTACT_POINTS", contactPoints);
        RunningNode node = RunningNode.start(name, settings, List.of("-Xmx256m"));
        started.add(node);
        return node;
    }

    /** With one list for all, and waits until they are one cluster. */
    private void startThree(String name, Map<String, String> settings) throws IOException {
        List<Integer> ports =
                IntStream.range(0, 3).map(it -> Ports.free()).boxed().toList();
        String list = ports.stream().map(it -> "127.0.0.1:" + it).collect(Collectors.joining(","));
        for (int port : ports) {
            start(name + "-" + (started.size() + 1), port, list, settings);
        }
        started.forEach(RunningNode::awaitReady);
        Membership.awaitOneClusterOf(http, started, START);
    }

    @Test
    void nodes_with_the_same_list_form_one_cluster_and_one_leaves_in_order() throws Exception {
        startThree("listed", freshDatabase());

        Membership.say(http, started.get(0), "listed", "m-1", "inbound");
        Membership.say(http, started.get(1), "listed", "m-2", "outbound");
        Membership.knowAll(http, started, "listed", "active");

        RunningNode leaving = started.get(0);
        leaving.sigterm();
        assertThat(leaving.awaitEnd(STOP)).as(leaving.said()).isEqualTo(RunningNode.TOLD_TO_STOP);
        Membership.awaitOneClusterOf(http, started.subList(1, 3), STOP);
        Membership.say(http, started.get(2), "listed", "m-3", "inbound");
        Membership.knowAll(http, started.subList(1, 3), "listed", "active");
    }

    /** Else every timeout would pay for a way over the network, there and back. */
    @Test
    void slices_are_swept_where_their_conversations_are_also_when_a_node_has_left() throws Exception {
        Map<String, String> settings = new HashMap<>(freshDatabase());
        settings.put("LULL_TICK", "PT0.5S");
        settings.put("LULL_IDLE_AFTER", "PT1S");
        settings.put("LULL_EXPIRE_AFTER", "PT1S");
        startThree("swept", settings);

        awaitSweepersBesideConversations(started, "before");
        started.get(0).sigterm();
        started.get(0).awaitEnd(STOP);
        awaitSweepersBesideConversations(started.subList(1, 3), "after");
    }

    private void awaitSweepersBesideConversations(List<RunningNode> nodes, String prefix) throws IOException {
        for (int i = 0; i < 100; i++) {
            Membership.say(http, nodes.get(i % nodes.size()), prefix + i, "m", "inbound");
            Membership.say(http, nodes.get(i % nodes.size()), prefix + i, "n", "outbound");
        }
        await("all slices are swept where their conversations are")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> {
                    int slices = 0;
                    for (RunningNode node : nodes) {
                        Set<String> sweepers = shards(node, "Sweeper");
                        assertThat(shards(node, "Conversation")).containsAll(sweepers);
                        slices += sweepers.size();
                    }
                    assertThat(slices).isEqualTo(ConversationId.SLICES);
                });
    }

    private Set<String> shards(RunningNode node, String type) throws IOException {
        return StreamSupport.stream(
                        http.get(node.management("/cluster/shards/" + type))
                                .json()
                                .path("regions")
                                .spliterator(),
                        false)
                .map(it -> it.path("shardId").textValue())
                .collect(Collectors.toSet());
    }

    /** The three commands of the README. */
    @Test
    void others_join_the_one_that_was_there_alone_and_share_its_database() throws Exception {
        Map<String, String> shared = Map.of("LULL_HOME", home.toString());
        int port = Ports.free();
        RunningNode alone = start("laptop-1", port, "", shared).awaitReady();
        Membership.say(http, alone, "laptop", "m-1", "inbound");

        start("laptop-2", Ports.free(), "127.0.0.1:" + port, shared);
        start("laptop-3", Ports.free(), "127.0.0.1:" + port, shared);
        started.forEach(RunningNode::awaitReady);

        Membership.awaitOneClusterOf(http, started, START);
        Membership.say(http, started.get(1), "laptop", "m-2", "outbound");
        Membership.knowAll(http, started, "laptop", "active");
    }
}

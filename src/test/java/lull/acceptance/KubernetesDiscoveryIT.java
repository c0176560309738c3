package lull.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lull.TestDatabase;
import lull.acceptance.ApiServer.Lookup;
import lull.database.DatabaseSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that find one another as pods do: each in a process and at an address of its own with the same three ports, all they know of one
 * another told by the API server. One story, told in order: a cluster is too dear for every chapter to have its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubernetesDiscoveryIT {

    private static final int REQUIRED = 3;
    private static final List<String> IPS = List.of("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6");
    private static final List<String> TRAPS =
            List.of("127.0.0.11", "127.0.0.12", "127.0.0.13", "127.0.0.14", "127.0.0.15");

    /** Several JVMs start at once on a shared machine. */
    private static final Duration START = Duration.ofSeconds(90);

    private static final Duration STABLE_MARGIN = Duration.ofSeconds(5);
    private static final Duration FAILOVER = Duration.ofSeconds(35);
    private static final Duration IDLE_AFTER = Duration.ofSeconds(2);
    private static final Duration TICK = Duration.ofMillis(200);
    private static final int CONVERSATIONS = 60;

    @TempDir
    private static Path directory;

    private final Http http = new Http();
    private final HealthRecord health = new HealthRecord();
    private final List<RunningNode> started = new ArrayList<>();
    private final List<ServerSocketChannel> bait = new ArrayList<>();
    private final Pods pods = new Pods(free(), free(), free());
    private ApiServer api;
    private Map<String, String> database;
    private RunningNode first;
    private RunningNode second;
    private RunningNode joinOnly;
    private RunningNode forbidden;
    private RunningNode late;

    private static int free() {
        return Ports.free(Stream.concat(IPS.stream(), TRAPS.stream()).toList());
    }

    @BeforeAll
    void prepare() throws Exception {
        api = new ApiServer(directory.resolve("api"));
        DatabaseSettings empty = TestDatabase.emptySettings();
        database = Map.of(
                "LULL_JDBC_URL", empty.jdbcUrl(),
                "LULL_JDBC_USER", empty.user(),
                "LULL_JDBC_PASSWORD", empty.password());
        for (String ip : TRAPS) {
            ServerSocketChannel trap = ServerSocketChannel.open();
            bait.add(trap);
            trap.bind(new InetSocketAddress(InetAddress.getByName(ip), pods.managementPort()));
            trap.configureBlocking(false);
        }
        api.put(pods.pending("lull-pending", TRAPS.get(0)));
        api.put(pods.foreign("shop-1", TRAPS.get(1)));
        api.put(pods.failed("lull-evicted", TRAPS.get(2)));
        api.put(pods.crashLooping("lull-crashing", TRAPS.get(3)));
        api.put(pods.ending("lull-ending", TRAPS.get(4)));
    }

    @AfterAll
    void end() throws IOException {
        health.close();
        started.forEach(RunningNode::sigterm);
        started.forEach(RunningNode::close);
        for (ServerSocketChannel trap : bait) {
            trap.close();
        }
        api.close();
    }

    private RunningNode start(String name, String ip, boolean mayListPods, Map<String, String> changes)
            throws IOException {
        Map<String, String> settings = new HashMap<>(database);
        settings.putAll(api.environment());
        settings.putAll(Map.of(
                "LULL_CONTACT_POINTS", "kubernetes",
                "LULL_REQUIRED_CONTACT_POINTS", Integer.toString(REQUIRED),
                "LULL_IDLE_AFTER", IDLE_AFTER.toString(),
                "LULL_TICK", TICK.toString(),
                "LULL_JDBC_POOL_SIZE", "8"));
        settings.putAll(Map.of(
                "LULL_REMOTING_INTERFACE",
                ip,
                "LULL_REMOTING_PORT",
                Integer.toString(pods.remotingPort()),
                "LULL_MANAGEMENT_INTERFACE",
                ip,
                "LULL_MANAGEMENT_PORT",
                Integer.toString(pods.managementPort()),
                "LULL_HTTP_INTERFACE",
                ip,
                "LULL_HTTP_PORT",
                Integer.toString(pods.httpPort())));
        settings.putAll(changes);
        List<String> jvm = new ArrayList<>(api.account(name, mayListPods));
        jvm.add("-Xmx256m");
        RunningNode node = RunningNode.start(name, settings, jvm);
        started.add(node);
        health.follow(node);
        return node;
    }

    private void awaitLookups(RunningNode node) {
        await(node.name() + " asks the API server")
                .atMost(START)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    assertThat(node.isAlive()).as(node.said()).isTrue();
                    return !api.lookups(node.name()).isEmpty();
                });
    }

    private void staysOutsideAnyCluster(RunningNode... nodes) {
        await("long enough for a cluster to be formed")
                .during(STABLE_MARGIN.plusSeconds(3))
                .atMost(START)
                .pollInterval(Duration.ofMillis(250))
                .until(() -> {
                    for (RunningNode node : nodes) {
                        assertThat(Membership.of(http, node).none())
                                .as("%s is in no cluster%s", node.name(), node.said())
                                .isTrue();
                    }
                    return true;
                });
        for (RunningNode node : nodes) {
            assertThat(health.of(node, "/alive")).as(node.name()).containsExactly(200);
            assertThat(health.of(node, "/ready")).as(node.name()).containsExactly(500);
        }
    }

    @Test
    @Order(1)
    void none_forms_of_fewer_than_required_nor_by_a_node_that_may_only_join_nor_without_the_right_to_list_pods()
            throws Exception {
        // The node that may only join is enough for itself, so that nothing but this keeps it from forming one.
        joinOnly = start(
                "pod-join-only",
                IPS.get(2),
                true,
                Map.of("LULL_NEW_CLUSTER", "false", "LULL_REQUIRED_CONTACT_POINTS", "1"));
        first = start("pod-1", IPS.get(0), true, Map.of());
        second = start("pod-2", IPS.get(1), true, Map.of());
        forbidden = start("pod-forbidden", IPS.get(4), false, Map.of());
        api.put(pods.pending("pod-1", IPS.get(0)));
        api.put(pods.pending("pod-2", IPS.get(1)));
        api.put(pods.running("pod-join-only", IPS.get(2)));
        for (RunningNode node : List.of(joinOnly, first, second, forbidden)) {
            awaitLookups(node);
        }
        await("the decision to form none")
                .atMost(START)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> joinOnly.log().contains("new-cluster-enabled=off"));
        assertThat(Membership.of(http, joinOnly).none()).isTrue();

        api.put(pods.running("pod-1", IPS.get(0)));
        int asked = api.lookups("pod-1").size();
        await("it knows of two").atMost(START).until(() -> api.lookups("pod-1").size() > asked + 1);
        staysOutsideAnyCluster(joinOnly, first, second, forbidden);

        assertThat(forbidden.log()).contains("Forbidden to communicate with Kubernetes API server");
        assertThat(api.lookups("pod-forbidden")).allMatch(new Lookup("pod-forbidden", "app=lull", 403)::equals);
    }

    @Test
    @Order(2)
    void of_all_that_are_required_one_cluster_forms() throws Exception {
        api.put(pods.running("pod-2", IPS.get(1)));

        Membership.awaitOneClusterOf(http, List.of(first, second, joinOnly), START);

        for (RunningNode node : List.of(first, second, joinOnly)) {
            node.awaitReady();
            await("its health is known").until(() -> health.of(node, "/ready").contains(200));
            assertThat(health.of(node, "/alive")).as(node.name()).containsExactly(200);
            assertThat(health.of(node, "/ready")).as(node.name()).containsExactly(500, 200);
            assertThat(api.lookups(node.name())).containsOnly(new Lookup(node.name(), "app=lull", 200));
        }
        assertThat(Membership.of(http, forbidden).none()).isTrue();
        assertThat(health.of(forbidden, "/alive")).containsExactly(200);
        assertThat(health.of(forbidden, "/ready")).containsExactly(500);
        forbidden.close();
        for (int i = 0; i < TRAPS.size(); i++) {
            assertThat(bait.get(i).accept())
                    .as("a connection to %s", TRAPS.get(i))
                    .isNull();
        }
    }

    @Test
    @Order(3)
    void what_one_hears_all_know_and_it_times_out_on_time() throws Exception {
        Membership.say(http, first, "shared", "m-1", "inbound");
        Membership.knowAll(http, List.of(first, second, joinOnly), "shared", "pending");
        Membership.say(http, second, "shared", "m-2", "outbound");
        Instant last = Instant.parse(http.get(joinOnly.api("/v1/conversations/shared"))
                .json()
                .required("lastActivity")
                .textValue());

        await("idle")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(TICK)
                .until(() -> !transitions(joinOnly, "shared", "idle").isEmpty());

        JsonNode idle = transitions(joinOnly, "shared", "idle").get(0);
        Instant due = last.plus(IDLE_AFTER);
        assertThat(Instant.parse(idle.required("at").textValue())).isEqualTo(due);
        assertThat(Instant.parse(idle.required("observedAt").textValue()))
                .isBetween(due, due.plus(TICK).plusSeconds(5));
        Membership.knowAll(http, List.of(first, second, joinOnly), "shared", "idle");
    }

    private List<JsonNode> transitions(RunningNode node, String key, String to) throws IOException {
        return Feeds.read(http, node, "transitions", 0).stream()
                .filter(it -> it.required("conversation").textValue().equals(key)
                        && it.required("to").textValue().equals(to))
                .toList();
    }

    @Test
    @Order(4)
    void a_pod_that_comes_later_joins_them() throws Exception {
        late = start("pod-late", IPS.get(3), true, Map.of("LULL_NEW_CLUSTER", "false"));
        api.put(pods.running("pod-late", IPS.get(3)));

        late.awaitReady();

        Membership.awaitOneClusterOf(http, List.of(first, second, joinOnly, late), START);
        Membership.knowAll(http, List.of(late), "shared", "idle");
        assertThat(api.lookups("pod-late")).containsOnly(new Lookup("pod-late", "app=lull", 200));
    }

    @Test
    @Order(5)
    void a_pod_that_crashes_is_taken_for_dead_and_the_others_answer_for_its_conversations() throws Exception {
        List<RunningNode> others = List.of(second, joinOnly, late);
        List<String> keys =
                IntStream.range(0, CONVERSATIONS).mapToObj(it -> "c-" + it).toList();
        for (String key : keys) {
            Membership.say(http, first, key, key + "-before", "inbound");
        }

        // The oldest: the scheduler and the coordinator of the shards live there.
        first.kill9();
        long killed = System.nanoTime();
        api.put(pods.crashLooping("pod-1", IPS.get(0)));
        ExecutorService callers = Executors.newFixedThreadPool(CONVERSATIONS);
        List<Duration> answered;
        try {
            List<CompletableFuture<Duration>> calls = IntStream.range(0, CONVERSATIONS)
                    .mapToObj(it -> CompletableFuture.supplyAsync(
                            () -> answersAfter(others.get(it % others.size()), keys.get(it), killed), callers))
                    .toList();
            answered = calls.stream().map(CompletableFuture::join).sorted().toList();
        } finally {
            callers.shutdownNow();
        }
        System.out.printf(
                "crash: %d conversations answered again after %d to %d ms%n",
                CONVERSATIONS,
                answered.get(0).toMillis(),
                answered.get(CONVERSATIONS - 1).toMillis());

        assertThat(answered).allSatisfy(it -> assertThat(it).isLessThan(FAILOVER));
        Membership.awaitOneClusterOf(http, others, FAILOVER);
        assertThat(Feeds.messages(http, late).stream().map(it -> it.messageId().orElseThrow()))
                .containsAll(keys.stream()
                        .flatMap(it -> Stream.of(it + "-before", it + "-after"))
                        .toList())
                .doesNotHaveDuplicates();
    }

    /** Says the same until it is acknowledged, and how long after a moment that was. */
    private Duration answersAfter(RunningNode node, String key, long moment) {
        URI uri = node.api("/v1/conversations/" + key + "/messages");
        String json = "{\"messageId\":\"" + key + "-after\",\"direction\":\"outbound\"}";
        await(key + " answers")
                .atMost(START)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    int status = http.post(uri, json).status();
                    assertThat(status).as("%s through %s", key, node.name()).isIn(200, 503);
                    return status == 200;
                });
        return Duration.ofNanos(System.nanoTime() - moment);
    }
}

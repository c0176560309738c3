package lull.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Who belongs to the cluster, as one of its nodes sees it: what {@code /cluster/members} says. */
record Membership(String self, Set<String> up, Set<String> others, Set<String> unreachable) {

    static Membership of(Http http, RunningNode node) throws IOException {
        JsonNode json = http.get(node.management("/cluster/members")).json();
        return new Membership(
                json.required("selfNode").textValue(),
                addresses(json.required("members"), true),
                addresses(json.required("members"), false),
                StreamSupport.stream(json.required("unreachable").spliterator(), false)
                        .map(it -> it.required("node").textValue())
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Set<String> addresses(JsonNode members, boolean up) {
        return StreamSupport.stream(members.spliterator(), false)
                .filter(it -> it.required("status").textValue().equals("Up") == up)
                .map(it -> it.required("node").textValue())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** It has joined nothing, and formed nothing. */
    boolean none() {
        return up.isEmpty() && others.isEmpty();
    }

    /** Waits until each of these nodes sees exactly these nodes, all of them up and reachable: one cluster. */
    static void awaitOneClusterOf(Http http, Collection<RunningNode> nodes, Duration atMost) {
        await("one cluster of " + nodes.stream().map(RunningNode::name).toList())
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(100))
                .ignoreException(IOException.class)
                .untilAsserted(() -> {
                    Set<String> expected = new TreeSet<>();
                    for (RunningNode node : nodes) {
                        expected.add(of(http, node).self());
                    }
                    for (RunningNode node : nodes) {
                        assertThat(of(http, node))
                                .as("%s%s", node.name(), node.said())
                                .isEqualTo(new Membership(of(http, node).self(), expected, Set.of(), Set.of()));
                    }
                });
    }

    /** Posts a message, and returns when it is acknowledged. */
    static void say(Http http, RunningNode node, String key, String id, String direction) throws IOException {
        Http.Answer answer = http.post(
                node.api("/v1/conversations/" + key + "/messages"),
                "{\"messageId\":\"" + id + "\",\"direction\":\"" + direction + "\"}");
        assertThat(answer.status())
                .as("%s to %s: %s", id, node.name(), answer.body())
                .isEqualTo(200);
    }

    /** Everybody knows the same of a conversation, whoever has heard its messages. */
    static void knowAll(Http http, List<RunningNode> nodes, String key, String state) throws IOException {
        Set<JsonNode> views = new HashSet<>();
        for (RunningNode node : nodes) {
            views.add(http.get(node.api("/v1/conversations/" + key)).json());
        }
        assertThat(views)
                .as(key)
                .singleElement()
                .satisfies(it -> assertThat(it.path("state").textValue()).isEqualTo(state));
    }
}

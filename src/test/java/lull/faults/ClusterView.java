package lull.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The cluster as one node sees it.
 *
 * @param members address and status, such as {@code Up}; {@code Unreachable} stands in for the status of those
 * @param oldest address of the member that has the singletons
 */
record ClusterView(Map<String, String> members, Optional<String> oldest) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();

    /** Asks a node. Empty: no answer that makes sense. */
    static Optional<ClusterView> of(ClusterNode node) {
        return get(node.management().resolve("/cluster/members")).map(ClusterView::parse);
    }

    private static ClusterView parse(JsonNode json) {
        Map<String, String> members = new TreeMap<>();
        json.path("members")
                .forEach(it -> members.put(
                        host(it.path("node").textValue()), it.path("status").textValue()));
        json.path("unreachable").forEach(it -> members.put(host(it.path("node").textValue()), "Unreachable"));
        return new ClusterView(
                members, Optional.ofNullable(json.path("oldest").textValue()).map(ClusterView::host));
    }

    /** {@code akka://lull@10.99.0.11:25520}. */
    private static String host(String node) {
        return node.replaceFirst(".*@", "").replaceFirst(":\\d+$", "");
    }

    boolean isComplete(int nodes) {
        return members.size() == nodes && members.values().stream().allMatch("Up"::equals);
    }

    static boolean isReady(ClusterNode node) {
        return status(node.management().resolve("/ready")) == 200;
    }

    /** The shards of conversations that a node has. */
    static Set<Integer> shards(ClusterNode node) {
        Set<Integer> shards = new TreeSet<>();
        get(node.management().resolve("/cluster/shards/Conversation"))
                .orElseThrow(() -> new IllegalStateException(node + " does not tell its shards"))
                .path("regions")
                .forEach(it -> shards.add(Integer.parseInt(it.path("shardId").textValue())));
        return shards;
    }

    private static Optional<JsonNode> get(URI uri) {
        try {
            HttpResponse<String> response =
                    CLIENT.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.ofString());
            return response.statusCode() == 200 ? Optional.of(JSON.readTree(response.body())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static int status(URI uri) {
        try {
            return CLIENT.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}

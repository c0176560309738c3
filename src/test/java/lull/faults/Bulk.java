package lull.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Many conversations that begin at one and the same time, by the message streams of all nodes. */
final class Bulk {

    /** As many as a client may send without reading. */
    private static final int LINES_A_REQUEST = 1_000;

    private static final int STREAMS_A_NODE = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String prefix;
    private final Instant at;

    private Bulk(String prefix, Instant at) {
        this.prefix = prefix;
        this.at = at;
    }

    /**
     * Records the first message of each: a reply, so that each is active from then on.
     *
     * @param at when they say that they began
     * @throws IllegalStateException if one is not recorded within a minute
     */
    static void begin(List<URI> apis, String prefix, int conversations, Instant at) {
        Bulk bulk = new Bulk(prefix, at);
        ExecutorService streams = Executors.newFixedThreadPool(apis.size() * STREAMS_A_NODE);
        try {
            List<CompletableFuture<Void>> requests = new ArrayList<>();
            for (int first = 0; first < conversations; first += LINES_A_REQUEST) {
                URI uri = apis.get(requests.size() % apis.size()).resolve("/v1/messages");
                int from = first;
                int to = Math.min(first + LINES_A_REQUEST, conversations);
                requests.add(CompletableFuture.runAsync(() -> bulk.record(uri, from, to), streams));
            }
            CompletableFuture.allOf(requests.toArray(CompletableFuture[]::new)).join();
        } finally {
            streams.shutdownNow();
        }
    }

    /** What is not acknowledged is sent again from the first such line on, as the API asks. */
    private void record(URI uri, int from, int to) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int next = from;
        while (next < to) {
            List<String> answers = stream(uri, next, to);
            int recorded = (int) answers.stream()
                    .takeWhile(it -> it.contains("\"status\":200"))
                    .count();
            next += recorded;
            if (next < to && System.nanoTime() > end) {
                throw new IllegalStateException(uri + " does not record line " + next + ": " + answers);
            }
        }
    }

    private List<String> stream(URI uri, int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append("{\"conversation\":\"").append(prefix).append('-').append(i);
            lines.append("\",\"messageId\":\"m\",\"direction\":\"outbound\",\"at\":\"")
                    .append(at)
                    .append("\"}\n");
        }
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString(lines.toString()))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString()).body().lines().toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

package lull.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Reads feeds of a node, line by line as they come. */
final class FeedReader implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI api;

    /** Its own threads: on a small machine the client would otherwise start one for each callback. */
    private final ExecutorService threads = Executors.newFixedThreadPool(2, Load.daemon("checker-feed"));

    private final HttpClient client = HttpClient.newBuilder()
            .executor(threads)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();

    FeedReader(URI api) {
        this.api = api;
    }

    /** Whether the feed has anything behind a position. */
    boolean hasMore(String feed, long after) {
        try (MappingIterator<JsonNode> lines = read(feed, after)) {
            return lines.hasNext();
        } catch (IOException notNow) {
            return false;
        }
    }

    /** Everything that a feed has behind a position. */
    MappingIterator<JsonNode> read(String feed, long after) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(api.resolve("/v1/" + feed + "?after=" + after))
                .timeout(PATIENCE)
                .build();
        try {
            HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                response.body().close();
                throw new IOException(request.uri() + " was answered with " + response.statusCode());
            }
            return JSON.readerFor(JsonNode.class).readValues(response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}

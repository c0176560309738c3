package lull.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A plain client. It tries nothing twice. */
final class Http {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Above everything that a node promises: a request that meets it hangs. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** What came back. */
    record Answer(int status, String body, Optional<String> contentType, Optional<String> retryAfter) {
        boolean ok() {
            return status / 100 == 2;
        }

        JsonNode json() {
            return parse(body);
        }

        /** The lines of an NDJSON answer. */
        List<JsonNode> lines() {
            return body.lines().map(Http::parse).toList();
        }
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + json, e);
        }
    }

    Answer get(URI uri) throws IOException {
        return send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build());
    }

    Answer post(URI uri, String json) throws IOException {
        return send(HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build());
    }

    private Answer send(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("Content-Type"),
                    response.headers().firstValue("Retry-After"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}

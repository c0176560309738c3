package lull.http;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.http.javadsl.ServerBinding;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import lull.http.HttpSettings.Timing;
import org.slf4j.LoggerFactory;

/** The HTTP API on a free port, over fakes, and a client that holds every exchange to {@code openapi.yaml}. */
final class TestServer implements AutoCloseable {

    static {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.INFO);
    }

    /** What came back. */
    record Answer(int status, HttpHeaders headers, String text) {
        JsonNode json() {
            return OpenApi.read(text.getBytes(StandardCharsets.UTF_8));
        }

        List<JsonNode> lines() {
            return text.lines()
                    .map(it -> OpenApi.read(it.getBytes(StandardCharsets.UTF_8)))
                    .toList();
        }

        String field() {
            return json().path("field").asText();
        }

        Optional<String> header(String name) {
            return headers.firstValue(name);
        }
    }

    final FakeConversations conversations = new FakeConversations();
    final FakeReadModel readModel = new FakeReadModel(conversations);
    volatile Function<Optional<Instant>, CompletionStage<TickAnswer>> ticks = now -> CompletableFuture.completedFuture(
            new TickAnswer(now.orElse(FakeConversations.NOW), 16, 2, 1, 1, 0, Duration.ofMillis(1500), Duration.ZERO));

    final ActorTestKit testKit;
    private final ServerBinding binding;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    TestServer(Timing timing) {
        this(timing, "");
    }

    /** @param overrides HOCON that goes before {@code http.conf} */
    TestServer(Timing timing, String overrides) {
        Config config = ConfigFactory.parseString(overrides)
                .withFallback(ConfigFactory.parseResources("http.conf"))
                .withFallback(ConfigFactory.defaultReference())
                .resolve();
        testKit = ActorTestKit.create("http", config);
        HttpSettings settings = new HttpSettings(
                timing,
                Clock.fixed(FakeConversations.NOW, ZoneOffset.UTC),
                HttpSettings.LOOPBACK,
                0,
                Duration.ofSeconds(5),
                Duration.ZERO);
        binding = HttpServer.start(testKit.system(), settings, conversations, readModel, now -> ticks.apply(now))
                .toCompletableFuture()
                .join();
    }

    int port() {
        return binding.localAddress().getPort();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(HttpSettings.LOOPBACK, port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    Answer get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    Answer post(String path, String body, String... headers) {
        return send("POST", path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    Answer send(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request = request(path)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request.build(), body == null ? new byte[0] : body);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://" + HttpSettings.LOOPBACK + ":" + port() + path))
                .timeout(Duration.ofSeconds(30));
    }

    Answer send(HttpRequest request, byte[] body) {
        try {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            String path = request.uri().getRawPath();
            OpenApi.FILE.check(
                    request.method(), path, body, response.statusCode(), response.headers(), response.body());
            return new Answer(
                    response.statusCode(), response.headers(), new String(response.body(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpClient client() {
        return client;
    }

    static String message(String id, String direction, String at) {
        return "{\"messageId\":\"" + id + "\",\"direction\":\"" + direction + "\",\"at\":\"" + at + "\"}";
    }

    @Override
    public void close() {
        testKit.shutdownTestKit();
    }
}

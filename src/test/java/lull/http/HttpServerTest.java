package lull.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.CoordinatedShutdown;
import akka.stream.javadsl.Source;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The server itself: requests that no client library would send, limits, time limits, and the end. */
class HttpServerTest {

    private static final String GOOD = TestServer.message("m1", "inbound", "2026-11-22T09:30:00Z");

    private TestServer server = new TestServer(HttpSettings.Timing.SYSTEM);

    @AfterEach
    void stop() {
        server.close();
    }

    /** The raw answer to a raw request. */
    private record Raw(int status, String head, String body) {
        JsonNode problem() {
            assertThat(head).contains("Content-Type: application/problem+json\r\n");
            byte[] json = body.getBytes(StandardCharsets.UTF_8);
            OpenApi.FILE.check("/components/schemas/Problem", json);
            return OpenApi.read(json);
        }
    }

    private Raw send(String request) throws IOException {
        try (Socket socket = server.connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return read(socket.getInputStream());
        }
    }

    private static Raw read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("closed after: " + head);
            }
            head.write(b);
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        int length = Stream.of(text.split("\r\n"))
                .filter(it -> it.startsWith("Content-Length: "))
                .mapToInt(it -> Integer.parseInt(it.substring(16)))
                .findFirst()
                .orElse(0);
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return new Raw(Integer.parseInt(text.substring(9, 12)), text, body);
    }

    static Stream<List<Object>> malformed() {
        String host = "Host: x\r\n";
        return Stream.of(
                List.of("a bare slash escape", "GET /v1/conversations/%zz HTTP/1.1\r\n" + host + "\r\n", 400, "path"),
                List.of("half an escape", "GET /v1/conversations/a%2 HTTP/1.1\r\n" + host + "\r\n", 400, "path"),
                List.of("bare unicode", "GET /v1/conversations/caf\u00e9 HTTP/1.1\r\n" + host + "\r\n", 400, "path"),
                List.of("a bare brace", "GET /v1/conversations/{key} HTTP/1.1\r\n" + host + "\r\n", 400, "path"),
                List.of(
                        "NUL in the target",
                        "GET /v1/conversations/a\u0000b HTTP/1.1\r\n" + host + "\r\n",
                        400,
                        "path"),
                List.of(
                        "a bad escape in the query",
                        "GET /v1/messages?after=%zz HTTP/1.1\r\n" + host + "\r\n",
                        400,
                        "path"),
                List.of("no slash", "GET v1/messages HTTP/1.1\r\n" + host + "\r\n", 400, "path"),
                List.of("a long target", "GET /v1/" + "x".repeat(3_000) + " HTTP/1.1\r\n" + host + "\r\n", 414, "path"),
                List.of(
                        "many headers",
                        "GET /v1/messages HTTP/1.1\r\n" + host + "A: b\r\n".repeat(70) + "\r\n",
                        400,
                        "request"),
                List.of(
                        "a long header",
                        "GET /v1/messages HTTP/1.1\r\n" + host + "A: " + "b".repeat(9_000) + "\r\n\r\n",
                        431,
                        "headers"),
                List.of("no host", "GET /v1/messages HTTP/1.1\r\n\r\n", 400, "request"),
                List.of(
                        "two lengths",
                        "POST /v1/ticks HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
                        400,
                        "request"),
                List.of(
                        "a negative length",
                        "POST /v1/ticks HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
                        400,
                        "request"),
                List.of("an unknown method", "BREW /v1/messages HTTP/1.1\r\n" + host + "\r\n", 501, "method"),
                List.of("nonsense", "What is this nonsense?\r\n\r\n", 501, "method"),
                List.of("an HTTP of the future", "GET /v1/messages HTTP/3.0\r\n" + host + "\r\n", 505, "request"),
                List.of(
                        "a bad content type",
                        "POST /v1/ticks HTTP/1.1\r\n" + host + "Content-Type: ///\r\nContent-Length: 2\r\n\r\n{}",
                        415,
                        "Content-Type"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void what_cannot_be_parsed_is_a_problem_too(List<Object> malformed) throws IOException {
        Raw answer = send((String) malformed.get(1));

        assertThat(answer.status()).as(answer.body()).isEqualTo(malformed.get(2));
        assertThat(answer.problem().get("field").asText()).isEqualTo(malformed.get(3));
        assertThat(answer.problem().get("status").asInt()).isEqualTo(malformed.get(2));
        assertThat(answer.body()).doesNotContain("xxxxxxxx", "bbbbbbbb");
    }

    @Test
    void a_body_that_comes_in_pieces_is_put_together() throws IOException {
        try (Socket socket = server.connect()) {
            socket.setTcpNoDelay(true);
            socket.getOutputStream()
                    .write(
                            ("POST /v1/conversations/k/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            for (char c : GOOD.toCharArray()) {
                socket.getOutputStream().write(("1\r\n" + c + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            socket.getOutputStream().write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(read(socket.getInputStream()).status()).isEqualTo(200);
        }
    }

    @Test
    void a_chunked_body_that_is_too_long_is_refused_and_the_connection_stays() throws IOException {
        String chunk = "4000\r\n" + " ".repeat(0x4000) + "\r\n";
        String request = "POST /v1/conversations/k/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + chunk.repeat(5) + "0\r\n\r\n";
        try (Socket socket = server.connect()) {
            for (int i = 0; i < 2; i++) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                Raw answer = read(socket.getInputStream());
                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.problem().get("field").asText()).isEqualTo("body");
            }
        }
        assertThat(server.conversations.calls).hasValue(0);
    }

    @Test
    void a_client_that_asks_first_is_told_that_its_body_is_too_long_before_it_sends() throws IOException {
        Raw answer = send("POST /v1/conversations/k/messages HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                + "Content-Length: 70000\r\n\r\n");

        assertThat(answer.status()).isEqualTo(413);
    }

    @Test
    void a_body_whose_chunks_are_malformed_is_a_problem() throws IOException {
        Raw answer = send("POST /v1/conversations/k/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\n{    \r\nzz\r\n");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem().get("field").asText()).isIn("body", "request");
    }

    @Test
    void a_HEAD_has_the_headers_of_a_GET_and_no_body() throws IOException {
        String tail = " /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n";
        try (Socket socket = server.connect()) {
            socket.getOutputStream().write(("HEAD" + tail).getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            socket.getOutputStream().write(("GET" + tail).getBytes(StandardCharsets.US_ASCII));
            Raw get = read(in);

            assertThat(head).startsWith("HTTP/1.1 200 OK").contains("Content-Type: application/yaml\r\n");
            assertThat(get.status()).isEqualTo(200);
            assertThat(get.body()).startsWith("openapi:");
        }
    }

    @Test
    void an_answer_that_never_comes_is_a_problem_in_our_words() {
        server.close();
        server = new TestServer(HttpSettings.Timing.SYSTEM, "akka.http.server.request-timeout = 300 ms");
        server.conversations.before = message -> new CompletableFuture<>();

        TestServer.Answer answer = server.post("/v1/conversations/k/messages", GOOD);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).contains("1");
    }

    @Test
    void a_tick_is_given_longer() {
        server.close();
        server = new TestServer(HttpSettings.Timing.SYSTEM, "akka.http.server.request-timeout = 200 ms");
        var ticks = server.ticks;
        server.ticks = now -> ticks.apply(now)
                .thenCompose(
                        it -> new CompletableFuture<TickAnswer>().completeOnTimeout(it, 600, TimeUnit.MILLISECONDS));

        assertThat(server.post("/v1/ticks", "{}").status()).isEqualTo(200);
    }

    @Test
    void requests_under_way_are_answered_before_the_end() throws Exception {
        CompletableFuture<Void> slow = new CompletableFuture<>();
        server.conversations.before = message -> slow;
        CompletableFuture<TestServer.Answer> answer =
                CompletableFuture.supplyAsync(() -> server.post("/v1/conversations/k/messages", GOOD));
        await().until(() -> server.conversations.calls.get() == 1);

        var stopped = CoordinatedShutdown.get(server.testKit.system())
                .runAll(CoordinatedShutdown.jvmExitReason())
                .toCompletableFuture();
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(
                        () -> assertThatThrownBy(() -> server.connect().close()).isInstanceOf(ConnectException.class));
        assertThat(answer).isNotDone();
        slow.complete(null);

        assertThat(answer.get(5, TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(answer.get().header("Connection")).contains("close");
        stopped.get(10, TimeUnit.SECONDS);
    }

    @Test
    void an_answer_that_has_begun_is_sent_to_its_end() throws Exception {
        server.post("/v1/conversations/k/messages", GOOD);
        var entry = server.conversations.journal().get(0);
        AtomicInteger read = new AtomicInteger();
        server.readModel.database = source -> Source.range(1, 3_000)
                .throttle(1_000, Duration.ofMillis(200))
                .map(it -> {
                    read.incrementAndGet();
                    return entry;
                });
        CompletableFuture<TestServer.Answer> answer =
                CompletableFuture.supplyAsync(() -> server.get("/v1/transitions"));
        await().until(() -> read.get() > 500);

        CoordinatedShutdown.get(server.testKit.system())
                .runAll(CoordinatedShutdown.jvmExitReason())
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);

        assertThat(answer.get(5, TimeUnit.SECONDS).lines()).hasSize(3_000);
    }
}

package lull.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.NotUsed;
import akka.http.javadsl.model.HttpRequest;
import akka.stream.Materializer;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lull.entity.Conversations.Unavailable;
import lull.http.TestServer.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MessageStreamTest {

    private final TestServer server = new TestServer(HttpSettings.Timing.SYSTEM);
    private final ScheduledExecutorService later = Executors.newScheduledThreadPool(2);

    @AfterEach
    void stop() {
        server.close();
        later.shutdownNow();
    }

    private static String line(String key, String id) {
        return "{\"conversation\":\"" + key + "\",\"messageId\":\"" + id
                + "\",\"direction\":\"inbound\",\"at\":\"2026-11-22T09:30:00Z\"}\n";
    }

    private Answer send(String lines) {
        return server.post("/v1/messages", lines, "Content-Type", "application/x-ndjson");
    }

    @Test
    void each_line_has_its_result() {
        Answer answer = send(line("a", "m1")
                + "\n"
                + "{\"conversation\":\"a\",\"messageId\":\"m2\",\"direction\":\"outbound\",\"type\":\"message\",\"from\":\"bob\"}\r\n"
                + "{\"conversation\":\"a\",\"type\":\"close\",\"by\":\"user\",\"reason\":\"done\"}\n"
                + "{\"conversation\":\"a\",\"type\":\"close\",\"messageId\":\"c2\"}\n"
                + "{\"conversation\":\"never\",\"type\":\"close\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("""
                        {"line":1,"status":200,"conversation":"a","messageId":"m1","session":1,"state":"pending","at":"2026-11-22T09:30:00Z"}
                        {"line":3,"status":200,"conversation":"a","messageId":"m2","session":1,"state":"active","at":"2026-11-22T09:30:00Z"}
                        {"line":4,"status":200,"conversation":"a","session":1,"state":"closed","at":"2026-11-22T09:30:00Z"}
                        {"line":5,"status":409,"problem":{"type":"about:blank","title":"Conflict","status":409,"detail":"session 1 had ended before: it is closed","session":1,"state":"closed"}}
                        {"line":6,"status":404,"problem":{"type":"about:blank","title":"Not Found","status":404,"detail":"no such conversation has had a session","field":"key","expected":"the key of a conversation that was written to"}}
                        """);
    }

    @Test
    void an_empty_stream_has_no_results() {
        assertThat(send("").text()).isEmpty();
        assertThat(send("\n\n").text()).isEmpty();
    }

    @Test
    void lines_that_are_refused_do_not_stop_the_others() {
        String longest = line("a", "m1")
                .replace("}\n", " ".repeat(64 * 1024 - line("a", "m1").length() + 1) + "}\n");
        Answer answer = send(String.join(
                "",
                "nonsense\n",
                line("a/b", "m1"),
                line("..", "m1"),
                "{\"messageId\":\"m1\",\"direction\":\"inbound\"}\n",
                "{\"conversation\":\"a\",\"type\":\"open\"}\n",
                "{\"conversation\":\"a\",\"type\":\"close\",\"direction\":\"inbound\"}\n",
                "{\"conversation\":\"a\",\"type\":\"close\",\"from\":\"x\"}\n",
                "{\"conversation\":\"a\",\"messageId\":\"m1\",\"direction\":\"inbound\",\"by\":\"user\"}\n",
                line("a", "m1").replace("m1", "x".repeat(70_000)),
                line("a", "m1").replace("09:30:00Z", "09:36:00Z"),
                longest));

        assertThat(answer.lines())
                .extracting(it -> it.get("line") + " " + it.get("status") + " "
                        + it.at("/problem/field").asText())
                .containsExactly(
                        "1 400 body",
                        "2 400 /conversation",
                        "3 400 /conversation",
                        "4 400 /conversation",
                        "5 400 /type",
                        "6 400 /direction",
                        "7 400 /from",
                        "8 400 /by",
                        "9 413 body",
                        "10 400 /at",
                        "11 200 ");
        assertThat(server.conversations.calls).hasValue(1);
    }

    @Test
    void thousands_of_lines_keep_the_order_of_each_conversation_and_of_the_results() {
        Random random = new Random(11);
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        server.conversations.before = message -> {
            most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            CompletableFuture<Void> done = new CompletableFuture<>();
            int delay = random.nextInt(10) == 0 ? random.nextInt(3_000) : 0;
            later.schedule(
                    () -> {
                        inFlight.decrementAndGet();
                        done.complete(null);
                    },
                    delay,
                    TimeUnit.MICROSECONDS);
            return done;
        };
        List<String> lines = IntStream.range(0, 5_000)
                .mapToObj(i -> "k" + (i % 7 == 0 ? 0 : random.nextInt(40)) + " " + i)
                .toList();

        Answer answer = send(lines.stream()
                .map(it -> line(it.split(" ")[0], it.replace(" ", "-")))
                .collect(Collectors.joining()));

        assertThat(answer.lines())
                .extracting(it -> it.get("line").asInt())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 5_000).boxed().toList());
        assertThat(byConversation(server.conversations.carriedOut))
                .isEqualTo(byConversation(
                        lines.stream().map(it -> it.replace(" ", "-")).toList()));
        assertThat(most.get()).isBetween(2, MessageStream.IN_FLIGHT);
    }

    private static Map<String, List<String>> byConversation(List<String> ids) {
        return List.copyOf(ids).stream().collect(Collectors.groupingBy(it -> it.split("-")[0]));
    }

    @Test
    void a_conversation_that_is_slow_does_not_keep_others_waiting() throws Exception {
        CompletableFuture<Void> slow = new CompletableFuture<>();
        server.conversations.before =
                message -> message.messageId().equals("s1") ? slow : CompletableFuture.completedFuture(null);

        CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(
                () -> send(line("slow", "s1") + line("slow", "s2") + line("fast", "f1") + line("fast", "f2")), later);
        await().until(() -> server.conversations.carriedOut.size() == 2);
        List<String> meanwhile = List.copyOf(server.conversations.carriedOut);
        slow.complete(null);

        assertThat(meanwhile).containsExactly("f1", "f2");
        assertThat(answer.get(10, TimeUnit.SECONDS).lines())
                .extracting(it -> it.get("messageId").asText())
                .containsExactly("s1", "s2", "f1", "f2");
    }

    @Test
    void the_stream_ends_with_the_first_line_whose_outcome_is_not_known() {
        server.conversations.before = message -> message.messageId().equals("m50")
                ? FakeConversations.failure(new Unavailable("too many calls"))
                : CompletableFuture.completedFuture(null);

        Answer answer = send(IntStream.rangeClosed(1, 20_000)
                .mapToObj(i -> line("k" + i % 3, "m" + i))
                .collect(Collectors.joining()));

        List<JsonNode> results = answer.lines();
        assertThat(results).hasSizeBetween(1, 50);
        assertThat(results.subList(0, results.size() - 1))
                .allMatch(it -> it.get("status").asInt() == 200);
        assertThat(results.get(results.size() - 1).get("status").asInt()).isEqualTo(503);
        // No later line of its conversation was carried out before it.
        assertThat(server.conversations.carriedOut.stream()
                        .mapToInt(it -> Integer.parseInt(it.substring(1)))
                        .filter(i -> i % 3 == 50 % 3)
                        .max())
                .hasValue(47);
        assertThat(server.conversations.calls.get()).isLessThan(50 + MessageStream.IN_FLIGHT);
    }

    @Test
    void a_result_comes_while_the_request_is_still_being_sent() throws Exception {
        try (Socket socket = server.connect()) {
            OutputStream out = socket.getOutputStream();
            BufferedReader answer = reader(socket);
            out.write(ascii("POST /v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
            out.write(chunk(line("a", "m1")));

            assertThat(readUntil(answer, "{\"line\":1,")).anyMatch(it -> it.equals("HTTP/1.1 200 OK"));
            out.write(chunk(line("a", "m2")));
            readUntil(answer, "{\"line\":2,");
            out.write(ascii("0\r\n\r\n"));
            assertThat(answer.lines().toList()).containsExactly("", "0", "");
        }
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] chunk(String lines) {
        return ascii(Integer.toHexString(lines.length()) + "\r\n" + lines + "\r\n");
    }

    private static List<String> readUntil(BufferedReader answer, String start) throws IOException {
        List<String> read = new ArrayList<>();
        do {
            read.add(answer.readLine());
        } while (!read.get(read.size() - 1).startsWith(start));
        return read;
    }

    @Test
    void a_client_that_does_not_read_is_not_read_from() throws Exception {
        AtomicInteger written = new AtomicInteger();
        Thread writer;
        try (Socket socket = server.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(ascii("POST /v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
            writer = new Thread(() -> {
                try {
                    for (int i = 0; ; i++) {
                        out.write(chunk(line("k", "m" + i).repeat(50)));
                        written.addAndGet(50);
                    }
                } catch (IOException e) {
                    // the test is over
                }
            });
            writer.start();
            AtomicReference<Integer> calls = new AtomicReference<>(-1);
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> server.conversations.calls.get() > 0
                            && calls.getAndSet(server.conversations.calls.get()) == server.conversations.calls.get());
        }
        writer.join(10_000);

        // Both directions stand still. What was carried out has its results in the kernel's buffers, some megabytes,
        // and not in ours.
        assertThat(server.conversations.calls.get()).isLessThan(100_000);
        assertThat(written.get()).isLessThan(200_000);
    }

    @Test
    void a_body_that_is_not_framed_as_it_should_be_ends_with_a_result_for_the_line_that_was_begun() throws Exception {
        try (Socket socket = server.connect()) {
            OutputStream out = socket.getOutputStream();
            BufferedReader answer = reader(socket);
            out.write(ascii("POST /v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
            out.write(chunk(line("a", "m1") + "{\"conversation\":"));
            readUntil(answer, "{\"line\":1,");
            out.write(ascii("zz\r\n"));

            assertThat(readUntil(answer, "{\"line\":2,\"status\":400")).isNotEmpty();
            assertThat(answer.lines().toList()).containsExactly("", "0", "");
        }
    }

    @Test
    void a_body_that_fails_ends_with_a_result_that_says_so() throws Exception {
        Source<ByteString, NotUsed> body = Source.from(List.of(line("a", "m1") + "{", "\"conv", ""))
                .map(it -> {
                    if (it.isEmpty()) {
                        throw new IOException("connection reset");
                    }
                    return ByteString.fromString(it);
                });
        MessageStream stream = new MessageStream(
                server.conversations,
                new RequestReader(new HttpSettings(
                        HttpSettings.Timing.SYSTEM,
                        Clock.systemUTC(),
                        HttpSettings.LOOPBACK,
                        0,
                        Duration.ZERO,
                        Duration.ZERO)),
                Materializer.matFromSystem(server.testKit.system()));

        String results = stream.results(HttpRequest.create(), body)
                .runFold(ByteString.emptyByteString(), (all, it) -> all.concat(it), server.testKit.system())
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .utf8String();

        assertThat(results.lines().skip(1))
                .singleElement()
                .asString()
                .startsWith("{\"line\":2,\"status\":400")
                .contains("broke off");
    }

    @Test
    void a_client_that_asks_first_whether_it_may_send_is_told_so() throws Exception {
        try (Socket socket = server.connect()) {
            BufferedReader answer = reader(socket);
            socket.getOutputStream()
                    .write(ascii("POST /v1/messages HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
                            + line("a", "m1").length() + "\r\n\r\n"));
            assertThat(answer.readLine()).isEqualTo("HTTP/1.1 100 Continue");
            socket.getOutputStream().write(ascii(line("a", "m1")));

            assertThat(readUntil(answer, "{\"line\":1,\"status\":200")).contains("HTTP/1.1 200 OK");
        }
    }

    @Test
    void a_stream_is_nothing_that_an_operator_is_told_of() {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(logged);

        send(line("a", "m1").repeat(2_000));
        root.detachAppender(logged);

        assertThat(logged.list).isEmpty();
    }
}

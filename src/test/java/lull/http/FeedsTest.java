package lull.http;

import static lull.http.TestServer.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.stream.javadsl.Source;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import lull.domain.ConversationEvent;
import lull.domain.ConversationId;
import lull.http.TestServer.Answer;
import lull.readmodel.JournalEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The calls that read what is stored, and the one that moves time. */
class FeedsTest {

    private final TestServer server = new TestServer(HttpSettings.Timing.EXTERNAL);

    @AfterEach
    void stop() {
        server.close();
    }

    private void record(String key, String id, String direction, String at) {
        assertThat(server.post("/v1/conversations/" + key + "/messages", message(id, direction, at))
                        .status())
                .isEqualTo(200);
    }

    private void tick(String key, String now) {
        server.conversations.advance(new ConversationId(Keys.TENANT, key), Instant.parse(now), 0);
    }

    @Test
    void the_feed_of_transitions_tells_each_with_its_reason_and_resumes_behind_any() {
        record("a", "m1", "outbound", "2026-11-22T09:00:00Z");
        record("b", "m1", "inbound", "2026-11-22T09:01:00Z");
        tick("a", "2026-11-22T12:00:00Z");

        List<JsonNode> all = server.get("/v1/transitions").lines();
        List<JsonNode> rest = server.get("/v1/transitions?after=" + all.get(2).get("sequence"))
                .lines();

        assertThat(all)
                .extracting(it ->
                        it.get("conversation").asText() + " " + it.get("from").asText() + " "
                                + it.get("to").asText() + " " + it.get("reason").asText() + " "
                                + it.get("at").asText())
                .containsExactly(
                        "a null pending opened 2026-11-22T09:00:00Z",
                        "a pending active reply 2026-11-22T09:00:00Z",
                        "b null pending opened 2026-11-22T09:01:00Z",
                        "a active idle idle-timeout 2026-11-22T09:15:00Z",
                        "a idle expired idle-expired 2026-11-22T11:15:00Z");
        assertThat(rest).isEqualTo(all.subList(3, 5));
    }

    @Test
    void the_feed_of_messages_tells_what_the_oracle_needs() {
        server.post(
                "/v1/conversations/a/messages",
                "{\"messageId\":\"m1\",\"direction\":\"inbound\",\"at\":\"2026-11-22T09:00:00Z\",\"from\":\"alice ✓\"}");
        server.post("/v1/conversations/a/close", "{\"by\":\"user\",\"at\":\"2026-11-22T09:05:00Z\"}");
        server.post("/v1/conversations/a/fail", "{\"messageId\":\"f1\",\"at\":\"2026-11-22T09:06:00Z\"}");

        assertThat(server.get("/v1/messages").text()).isEqualTo("""
                        {"conversation":"a","messageId":"m1","at":"2026-11-22T09:00:00Z","from":"alice ✓","direction":"inbound","session":1,"sequence":4097}
                        {"conversation":"a","at":"2026-11-22T09:05:00Z","type":"close","session":1,"sequence":4098}
                        {"conversation":"a","messageId":"f1","at":"2026-11-22T09:06:00Z","type":"fail","session":1,"sequence":4099}
                        """);
    }

    @Test
    void an_empty_feed_is_an_empty_answer() {
        assertThat(server.get("/v1/transitions").text()).isEmpty();
        assertThat(server.get("/v1/messages?after=9007199254740991").text()).isEmpty();
    }

    @Test
    void a_history_has_every_event_of_the_conversation() {
        record("a", "m1", "inbound", "2026-11-22T09:00:00Z");
        record("b", "m1", "inbound", "2026-11-22T09:00:00Z");
        record("a", "m2", "outbound", "2026-11-22T09:01:00Z");
        tick("a", "2026-11-22T09:16:00Z");
        record("a", "m3", "inbound", "2026-11-22T09:20:00Z");
        server.post(
                "/v1/conversations/a/close",
                "{\"by\":\"agent\",\"reason\":\"solved\",\"at\":\"2026-11-22T09:21:00Z\"}");
        server.post(
                "/v1/conversations/a/close", "{\"by\":\"user\",\"at\":\"2026-11-22T09:22:00Z\",\"messageId\":\"c2\"}");
        record("a", "m4", "inbound", "2026-11-22T10:00:00Z");
        server.post("/v1/conversations/a/fail", "{\"at\":\"2026-11-22T10:01:00Z\"}");
        record("a", "m5", "inbound", "2026-11-22T11:00:00Z");
        tick("a", "2026-11-24T11:00:00Z");

        JsonNode history = server.get("/v1/conversations/a/history").json();

        assertThat(history.get("events"))
                .extracting(it -> it.get("type").asText())
                .containsExactly(
                        "opened",
                        "message",
                        "reply",
                        "message",
                        "idle",
                        "reactivated",
                        "message",
                        "closed",
                        "closing-ignored",
                        "opened",
                        "message",
                        "failed",
                        "opened",
                        "message",
                        "expired");
        assertThat(history.at("/events/7").toString())
                .isEqualTo("{\"sequence\":8,\"type\":\"closed\",\"session\":1,\"at\":\"2026-11-22T09:21:00Z\","
                        + "\"recordedAt\":\"2026-11-22T09:30:00Z\",\"observedAt\":\"2026-11-22T09:30:00Z\",\"from\":\"active\","
                        + "\"to\":\"closed\",\"by\":\"agent\",\"reason\":\"solved\"}");
    }

    @Test
    void a_long_feed_and_a_long_history_come_whole() {
        for (int i = 0; i < 1_000; i++) {
            server.conversations
                    .record(
                            new ConversationId(Keys.TENANT, "a"),
                            new lull.entity.NewMessage(
                                    "m" + i,
                                    Optional.of(FakeConversations.NOW),
                                    lull.domain.Direction.INBOUND,
                                    Optional.empty()))
                    .toCompletableFuture()
                    .join();
        }

        assertThat(server.get("/v1/messages").lines())
                .extracting(it -> it.get("messageId").asText())
                .hasSize(1_000)
                .endsWith("m999");
        assertThat(server.get("/v1/conversations/a/history").json().get("events"))
                .hasSize(1_001);
    }

    @Test
    void a_database_out_of_reach_is_a_problem_not_an_empty_answer() {
        record("a", "m1", "inbound", "2026-11-22T09:00:00Z");
        server.readModel.database = source -> Source.failed(new RuntimeException(new SQLException("no connection")));
        server.readModel.listFailure = new RuntimeException(new SQLException("no connection"));

        for (String path : List.of(
                "/v1/messages", "/v1/transitions", "/v1/conversations/a/history", "/v1/conversations?limit=1")) {
            Answer answer = server.get(path);
            assertThat(answer.status()).as(path).isEqualTo(503);
            assertThat(answer.header("Retry-After")).contains("1");
            assertThat(answer.text()).doesNotContain("no connection");
        }
    }

    @Test
    void an_answer_that_fails_midway_never_looks_whole() {
        record("a", "m1", "inbound", "2026-11-22T09:00:00Z");
        JournalEntry entry = server.conversations.journal().get(1);
        UnaryOperator<Source<JournalEntry, akka.NotUsed>> breaking =
                source -> Source.range(1, 1_000).map(i -> {
                    if (i > 500) {
                        throw new SQLException("connection lost");
                    }
                    return entry;
                });
        server.readModel.database = breaking;

        for (String path : List.of("/v1/messages", "/v1/conversations/a/history")) {
            assertThatThrownBy(() -> server.get(path)).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void a_feed_is_read_no_faster_than_its_client_reads() throws IOException {
        record("a", "m1", "inbound", "2026-11-22T09:00:00Z");
        JournalEntry entry = server.conversations.journal().get(0);
        AtomicInteger read = new AtomicInteger();
        server.readModel.database = source -> Source.repeat(entry).map(it -> {
            read.incrementAndGet();
            return it;
        });

        try (var socket = server.connect()) {
            socket.setReceiveBufferSize(16 * 1024);
            socket.getOutputStream().write("GET /v1/transitions HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
            AtomicReference<Integer> before = new AtomicReference<>(-1);
            org.awaitility.Awaitility.await()
                    .pollInterval(java.time.Duration.ofMillis(300))
                    .until(() -> before.getAndSet(read.get()) == read.get() && read.get() > 0);
        }
        // What the kernel's buffers take, some megabytes, and not more.
        assertThat(read.get()).isLessThan(200_000);
    }

    @Test
    void the_list_has_the_newest_first_and_goes_on_by_cursor() {
        for (int i = 0; i < 5; i++) {
            record("c" + i, "m1", i == 3 ? "outbound" : "inbound", "2026-11-22T09:0" + i + ":00Z");
        }
        List<String> seen = new ArrayList<>();
        String path = "/v1/conversations?limit=2";
        for (Optional<String> cursor = Optional.of(""); cursor.isPresent(); ) {
            JsonNode page = server.get(path + cursor.get()).json();
            page.get("conversations")
                    .forEach(it -> seen.add(it.get("conversation").asText()));
            cursor = Optional.ofNullable(page.get("nextCursor")).map(it -> "&cursor=" + it.asText());
        }

        assertThat(seen).containsExactly("c4", "c3", "c2", "c1", "c0");
        assertThat(server.get("/v1/conversations?state=active").json().get("conversations"))
                .hasSize(1);
        assertThat(server.get("/v1/conversations?dueBefore=2026-11-22T10:20:00%2B01:00")
                        .json()
                        .at("/conversations/0/next")
                        .toString())
                .isEqualTo("{\"at\":\"2026-11-22T09:18:00Z\",\"to\":\"idle\",\"rule\":\"idle-timeout\"}");
    }

    @Test
    void a_tick_is_answered_with_its_counts() {
        List<Optional<Instant>> moments = new ArrayList<>();
        var ticks = server.ticks;
        server.ticks = now -> {
            moments.add(now);
            return ticks.apply(now);
        };

        Answer answer = server.post("/v1/ticks", "{\"now\":\"9999-12-31T23:59:59.999999999Z\"}");
        server.post("/v1/ticks", "");
        server.post("/v1/ticks", "{}");

        assertThat(moments)
                .containsExactly(
                        Optional.of(Instant.parse("9999-12-31T23:59:59.999999999Z")),
                        Optional.empty(),
                        Optional.empty());
        assertThat(answer.text())
                .isEqualTo(
                        "{\"now\":\"9999-12-31T23:59:59.999999999Z\",\"clock\":\"external\",\"slices\":16,\"due\":2,"
                                + "\"transitioned\":1,\"alreadyDone\":1,\"failed\":0,\"oldestLateness\":\"PT1.5S\",\"duration\":\"PT0S\"}");
    }

    @Test
    void a_tick_that_fails_is_a_problem() {
        server.ticks = now -> CompletableFuture.failedFuture(new IllegalStateException("a bug"));

        assertThat(server.post("/v1/ticks", "{}").status()).isEqualTo(500);
    }

    @Test
    void the_description_is_served_and_HEAD_is_GET_without_the_body() {
        Answer get = server.get("/openapi.yaml");
        Answer head = server.send("HEAD", "/openapi.yaml", null);

        assertThat(get.text()).startsWith("openapi: 3.1.0");
        assertThat(get.header("Content-Type")).contains("application/yaml");
        assertThat(head.text()).isEmpty();
        assertThat(server.send("HEAD", "/v1/transitions", null).status()).isEqualTo(200);
    }

    @Test
    void each_kind_of_event_has_its_place_in_the_description() {
        List<String> kinds = new ArrayList<>();
        OpenApi.FILE.root().at("/components/schemas/Event/properties/type/enum").forEach(it -> kinds.add(it.asText()));

        // An ending is one kind of event but two words.
        assertThat(kinds)
                .hasSize(ConversationEvent.Transition.class.getPermittedSubclasses().length
                        + ConversationEvent.class.getPermittedSubclasses().length
                        - 1
                        + 1);
    }
}

package lull.http;

import static lull.http.TestServer.message;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import lull.domain.ConversationId;
import lull.domain.Policy;
import lull.entity.Conversations.Unavailable;
import lull.http.TestServer.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConversationCallsTest {

    private static final TestServer SERVER = new TestServer(HttpSettings.Timing.SYSTEM);

    private final String key = UUID.randomUUID().toString();
    private final String path = "/v1/conversations/" + key;

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @AfterEach
    void heal() {
        SERVER.conversations.before = new FakeConversations().before;
        SERVER.conversations.policy = Policy.DEFAULT;
    }

    @Test
    void a_message_is_answered_with_the_state_after_it() {
        Answer answer = SERVER.post(
                path + "/messages",
                message("m1", "inbound", "2026-11-22t11:30:00.000000001+02:00"),
                "Content-Type",
                "application/json; charset=utf-8");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .isEqualTo(
                        "{\"conversation\":\"" + key
                                + "\",\"messageId\":\"m1\",\"session\":1,\"state\":\"pending\",\"at\":\"2026-11-22T09:30:00.000000001Z\"}");
        assertThat(answer.header("Idempotent-Replayed")).isEmpty();
        assertThat(answer.header("Server")).isEmpty();
    }

    @Test
    void a_repeated_message_is_answered_as_before_and_says_so() {
        String body = message("m1", "inbound", "2026-11-22T09:30:00Z");
        Answer first = SERVER.post(path + "/messages", body);
        SERVER.post(path + "/messages", message("m2", "outbound", "2026-11-22T09:31:00Z"));

        Answer second = SERVER.post(path + "/messages", body);

        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("Idempotent-Replayed")).contains("true");
    }

    @Test
    void without_a_time_the_server_takes_its_own() {
        Answer answer = SERVER.post(path + "/messages", "{\"messageId\":\"m1\",\"direction\":\"outbound\"}");

        assertThat(answer.json().get("at").asText()).isEqualTo("2026-11-22T09:30:00Z");
        assertThat(answer.json().get("state").asText()).isEqualTo("active");
    }

    @Test
    void a_key_of_odd_but_printable_characters_is_taken() {
        String odd = "a%7Cb::%22%3C%3E%5C%5E%60%7B%7D%25~!$&'()*+,;=@" + UUID.randomUUID();

        Answer answer =
                SERVER.post("/v1/conversations/" + odd + "/messages", message("m1", "inbound", "2026-11-22T09:30:00Z"));

        assertThat(answer.json().get("conversation").asText()).startsWith("a|b::\"<>\\^`{}%~!$&'()*+,;=@");
    }

    @Test
    void a_key_of_255_characters_is_taken() {
        Answer answer = SERVER.post(
                "/v1/conversations/" + "%41".repeat(255) + "/messages",
                message("m1", "inbound", "2026-11-22T09:30:00Z"));

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void a_body_of_64_KiB_is_taken() {
        String body = message("m1", "inbound", "2026-11-22T09:30:00Z");

        assertThat(SERVER.post(path + "/messages", body + " ".repeat(64 * 1024 - body.length()))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_conversation_tells_what_time_will_do_to_it_and_why() {
        SERVER.post(path + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"));
        Answer pending = SERVER.get(path);
        SERVER.post(path + "/messages", message("m2", "outbound", "2026-11-22T09:10:00Z"));
        Answer active = SERVER.get(path);
        SERVER.conversations.advance(
                new ConversationId("default", key), java.time.Instant.parse("2026-11-22T09:25:00Z"), 0);
        Answer idle = SERVER.get(path);

        assertThat(pending.json().at("/next/because").asText())
                .isEqualTo(
                        "pending; whatever messages come, it expires at 2026-11-23T09:00:00Z, maxAge (PT24H) after the session was"
                                + " opened at 2026-11-22T09:00:00Z");
        assertThat(active.json().at("/next/because").asText())
                .isEqualTo(
                        "active; with no further message it goes idle at 2026-11-22T09:25:00Z, idleAfter (PT15M) after the last"
                                + " activity at 2026-11-22T09:10:00Z");
        assertThat(idle.json().at("/next/because").asText())
                .isEqualTo(
                        "idle; with no further message it expires at 2026-11-22T11:25:00Z, expireAfter (PT2H) after it went idle at"
                                + " 2026-11-22T09:25:00Z");
        assertThat(idle.json().get("policy").toString())
                .isEqualTo(
                        "{\"idleAfter\":\"PT15M\",\"expireAfter\":\"PT2H\",\"pendingExpireAfter\":\"PT24H\",\"maxAge\":\"PT24H\"}");
        assertThat(idle.header("ETag")).contains("\"5\"");
    }

    @Test
    void a_pending_conversation_tells_how_long_it_waits_for_an_answer() {
        SERVER.conversations.policy = new Policy(
                Duration.ofMinutes(15), Optional.empty(), Optional.of(Duration.ofMinutes(30)), Optional.empty());
        SERVER.post(path + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"));

        assertThat(SERVER.get(path).json().at("/next/because").asText())
                .isEqualTo(
                        "pending; with no message from our side it expires at 2026-11-22T09:30:00Z, pendingExpireAfter (PT30M) after"
                                + " the session was opened at 2026-11-22T09:00:00Z");
        assertThat(SERVER.get(path).json().get("policy").has("maxAge")).isFalse();
    }

    @Test
    void a_conversation_that_has_not_changed_is_not_sent_again() {
        SERVER.post(path + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"));

        for (String tag : new String[] {"\"2\"", "W/\"2\"", "*", "\"1\", \"2\"", "\"x\",W/\"2\""}) {
            Answer answer = SERVER.get(path, "If-None-Match", tag);
            assertThat(answer.status()).as(tag).isEqualTo(304);
            assertThat(answer.header("ETag")).contains("\"2\"");
        }
        assertThat(SERVER.get(path, "If-None-Match", "\"1\"").status()).isEqualTo(200);
    }

    @Test
    void a_closing_ends_the_session_once() {
        SERVER.post(path + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"));

        Answer closed = SERVER.post(path + "/close", "{\"by\":\"agent\",\"reason\":\"solved\",\"messageId\":\"c1\"}");
        Answer again = SERVER.post(path + "/close", "{\"by\":\"agent\",\"messageId\":\"c1\"}");
        Answer late = SERVER.post(path + "/fail", "{}");

        assertThat(closed.text())
                .isEqualTo("{\"conversation\":\"" + key
                        + "\",\"session\":1,\"state\":\"closed\",\"at\":\"2026-11-22T09:30:00Z\"}");
        assertThat(again.text()).isEqualTo(closed.text());
        assertThat(again.header("Idempotent-Replayed")).contains("true");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.json().get("session").asInt()).isEqualTo(1);
        assertThat(late.json().get("state").asText()).isEqualTo("closed");
        assertThat(SERVER.get(path).json().get("ended").toString())
                .isEqualTo("{\"by\":\"agent\",\"rule\":\"closed\",\"reason\":\"solved\"}");
    }

    @Test
    void a_failure_ends_the_session() {
        SERVER.post(path + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"));

        Answer failed = SERVER.post(path + "/fail", "{\"reason\":\"the bot gave up\"}");

        assertThat(failed.json().get("state").asText()).isEqualTo("failed");
        assertThat(SERVER.get(path).json().at("/ended/by").asText()).isEqualTo("failure");
    }

    @Test
    void a_conversation_that_never_was_is_not_found() {
        assertThat(SERVER.get(path).status()).isEqualTo(404);
        assertThat(SERVER.get(path + "/history").status()).isEqualTo(404);
        assertThat(SERVER.post(path + "/close", "{\"by\":\"user\"}").status()).isEqualTo(404);
        assertThat(SERVER.post(path + "/fail", "{}").status()).isEqualTo(404);
        assertThat(SERVER.post(path + "/fail", "{}", "If-Match", "*").status()).isEqualTo(404);
        assertThat(SERVER.post(path + "/fail", "{}", "If-Match", "\"1\", \"2\"").status())
                .isEqualTo(404);
    }

    @Test
    void a_message_with_the_id_of_a_refused_closing_is_a_conflict() {
        SERVER.post(path + "/close", "{\"by\":\"user\",\"messageId\":\"x\"}");

        Answer unopened = SERVER.post(path + "/messages", message("x", "inbound", "2026-11-22T09:00:00Z"));

        assertThat(unopened.status()).isEqualTo(409);
        assertThat(unopened.field()).isEqualTo("/messageId");
    }

    @Test
    void a_closing_under_a_condition_that_does_not_hold_changes_nothing() {
        SERVER.post(path + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"));

        for (String tag : new String[] {"\"1\"", "W/\"2\"", "\"x\"", "\"\"", "\"1\", \"3\"", "\"02\""}) {
            Answer answer = SERVER.post(path + "/close", "{\"by\":\"user\"}", "If-Match", tag);
            assertThat(answer.status()).as(tag).isEqualTo(412);
            assertThat(answer.field()).isEqualTo("If-Match");
            assertThat(answer.json().get("sequence").asInt()).isEqualTo(2);
            assertThat(answer.header("ETag")).contains("\"2\"");
        }
        assertThat(SERVER.get(path).json().get("state").asText()).isEqualTo("pending");
    }

    @Test
    void a_closing_under_a_condition_that_holds_is_carried_out() {
        for (String tag : new String[] {"\"2\"", "*", "\"1\",\"2\" , W/\"3\"", ", \"2\","}) {
            String other = "/v1/conversations/" + UUID.randomUUID();
            SERVER.post(other + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"));
            assertThat(SERVER.post(other + "/fail", "{}", "If-Match", tag).status())
                    .as(tag)
                    .isEqualTo(200);
        }
    }

    @Test
    void a_condition_that_is_none_is_refused() {
        SERVER.post(path + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"));

        for (String tag : new String[] {"2", "\"2", "w/\"2\"", "\"2\" \"3\"", "", "*, \"2\""}) {
            Answer answer = SERVER.post(path + "/close", "{\"by\":\"user\"}", "If-Match", tag);
            assertThat(answer.status()).as(tag).isEqualTo(400);
            assertThat(answer.field()).isEqualTo("If-Match");
        }
        assertThat(SERVER.get(path, "If-None-Match", "2").field()).isEqualTo("If-None-Match");
    }

    @Test
    void an_answer_that_does_not_come_in_time_may_be_asked_for_again() {
        SERVER.conversations.before =
                message -> FakeConversations.failure(new CompletionException(new Unavailable("no answer in 9 s")));

        Answer answer = SERVER.post(path + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).contains("1");
    }

    @Test
    void a_fault_of_ours_says_nothing_of_our_inside() {
        SERVER.conversations.before = message -> FakeConversations.failure(new IllegalStateException("secret"));

        Answer answer = SERVER.post(path + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"));

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.text()).doesNotContain("secret", "Exception", "\tat ");
    }

    @Test
    void a_fault_of_the_database_deep_inside_is_unavailability() {
        SERVER.conversations.before =
                message -> FakeConversations.failure(new RuntimeException(new SQLException("connection refused")));

        assertThat(SERVER.post(path + "/messages", message("m1", "inbound", "2026-11-22T09:00:00Z"))
                        .status())
                .isEqualTo(503);
    }
}

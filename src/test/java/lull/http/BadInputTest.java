package lull.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import lull.http.TestServer.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Whatever is wrong with a request: it is a problem that names the field, nothing is carried out, and no operator is told. */
class BadInputTest {

    private static final TestServer SERVER = new TestServer(HttpSettings.Timing.SYSTEM);
    private static final TestServer EXTERNAL = new TestServer(HttpSettings.Timing.EXTERNAL);
    private static final ListAppender<ILoggingEvent> LOGGED = new ListAppender<>();

    private static final String MESSAGES = "/v1/conversations/k/messages";
    private static final String GOOD = TestServer.message("m1", "inbound", "2026-11-22T09:30:00Z");

    private record Bad(String what, String method, String path, byte[] body, int status, String field, String says) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Bad body(String what, String body, String field, String says) {
        return new Bad(what, "POST", MESSAGES, utf8(body), 400, field, says);
    }

    private static Bad path(String what, String key, String says) {
        return new Bad(what, "POST", "/v1/conversations/" + key + "/messages", utf8(GOOD), 400, "key", says);
    }

    private static Bad at(String what, String at, String says) {
        return body(what, "{\"messageId\":\"m1\",\"direction\":\"inbound\",\"at\":\"" + at + "\"}", "/at", says);
    }

    private static Bad query(String what, String query, String field, String says) {
        return new Bad(what, "GET", "/v1/conversations?" + query, null, 400, field, says);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static Stream<Bad> bad() {
        String direction = "\"direction\":\"inbound\"";
        return Stream.of(
                body("no body", "", "body", "nothing in it"),
                body("blank body", " \n ", "body", "nothing in it"),
                body(
                        "malformed JSON",
                        "{\"messageId\":\"m1\",\n  \"direction\" \"inbound\"}",
                        "/direction",
                        "line 2, column 1"),
                body("unfinished JSON", "{\"messageId\":\"m1\"", "body", "malformed JSON at line 1"),
                body("unfinished string", "{\"messageId\":\"m1", "/messageId", "malformed JSON at line 1"),
                body("a comment", "{/* */" + direction + "}", "body", "malformed JSON"),
                body("single quotes", "{'messageId':'m1'}", "body", "malformed JSON"),
                body("a trailing comma", GOOD.replace("}", ",}"), "body", "malformed JSON"),
                body("a word", "nonsense".repeat(1000), "body", "malformed JSON"),
                body("a byte order mark", "\ufeff" + GOOD, "body", "malformed JSON"),
                body("two objects", GOOD + GOOD, "body", "more after the object at line 1"),
                body("something behind the end", GOOD + "]", "body", "malformed JSON"),
                body("an array", "[" + GOOD + "]", "body", "an array"),
                body("a string", "\"messageId\"", "body", "a string"),
                body("a number", "1", "body", "a number"),
                body("null", "null", "body", "null"),
                body(
                        "a bare line break in a string",
                        "{\"messageId\":\"m\n1\"," + direction + "}",
                        "/messageId",
                        "malformed"),
                new Bad("Latin-1", "POST", MESSAGES, latin1("{\"messageId\":\"é\"}"), 400, "body", "UTF-8"),
                new Bad(
                        "an overlong slash",
                        "POST",
                        MESSAGES,
                        latin1("{\"messageId\":\"\u00c0\u00af\"}"),
                        400,
                        "body",
                        "UTF-8"),
                new Bad(
                        "a surrogate in UTF-8",
                        "POST",
                        MESSAGES,
                        latin1("{\"messageId\":\"\u00ed\u00a0\u0080\"}"),
                        400,
                        "body",
                        "UTF-8"),
                new Bad("UTF-16", "POST", MESSAGES, GOOD.getBytes(StandardCharsets.UTF_16LE), 400, "body", "malformed"),
                body("no messageId", "{" + direction + "}", "/messageId", "missing"),
                body("no direction", "{\"messageId\":\"m1\"}", "/direction", "missing"),
                body("nothing at all", "{}", "/messageId", "missing"),
                body("a number for a string", "{\"messageId\":1," + direction + "}", "/messageId", "a number"),
                body("a huge number", "{\"messageId\":" + "9".repeat(60_000) + "}", "/messageId", ""),
                body("a huge exponent", "{\"messageId\":1e999999999}", "/messageId", "a number"),
                body("not a number", "{\"messageId\":NaN}", "/messageId", "malformed"),
                body("a truth value", "{\"messageId\":\"m1\",\"direction\":true}", "/direction", "a truth value"),
                body("an object", "{\"messageId\":{\"a\":1}," + direction + "}", "/messageId", "an object"),
                body("an array in a field", "{\"messageId\":[\"m1\"]," + direction + "}", "/messageId", "an array"),
                body("null in an optional field", GOOD.replace("}", ",\"from\":null}"), "/from", "null"),
                body("deep nesting", "[".repeat(60_000), "body", "an array"),
                body("deep nesting in a field", "{\"from\":" + "[".repeat(60_000), "/from", "an array"),
                body("deep nesting in an unknown field", "{\"x\":" + "{\"x\":".repeat(12_000), "/x", "no such field"),
                new Bad("nesting 200,000 deep", "POST", MESSAGES, utf8("[".repeat(200_000)), 413, "body", "too long"),
                body("an unknown field", GOOD.replace("}", ",\"tenant\":\"other\"}"), "/tenant", "no such field"),
                body(
                        "an unknown field of odd name",
                        "{\"a/b~c\\u0000" + "x".repeat(5_000) + "\":1}",
                        "/a~1b~0c?xxx",
                        "no such field"),
                body(
                        "a field of another case",
                        "{\"messageid\":\"m1\"," + direction + "}",
                        "/messageid",
                        "no such field"),
                body("a field given twice", GOOD.replace("}", ",\"messageId\":\"m1\"}"), "/messageId", "twice"),
                body("an empty messageId", "{\"messageId\":\"\"," + direction + "}", "/messageId", "empty"),
                body(
                        "a messageId of 256 characters",
                        "{\"messageId\":\"" + "é".repeat(256) + "\"," + direction + "}",
                        "/messageId",
                        "256 characters"),
                body("NUL in messageId", "{\"messageId\":\"a\\u0000b\"," + direction + "}", "/messageId", "U+0000"),
                body("a bare NUL", "{\"messageId\":\"a\u0000b\"," + direction + "}", "/messageId", "malformed"),
                body("DEL in messageId", "{\"messageId\":\"a\u007fb\"," + direction + "}", "/messageId", "U+007F"),
                body("a C1 control in from", GOOD.replace("}", ",\"from\":\"\\u0085\"}"), "/from", "U+0085"),
                body("a line break in from", GOOD.replace("}", ",\"from\":\"a\\nb\"}"), "/from", "U+000A"),
                body(
                        "from of 256 characters",
                        GOOD.replace("}", ",\"from\":\"" + "x".repeat(256) + "\"}"),
                        "/from",
                        "256 characters"),
                body("an empty from", GOOD.replace("}", ",\"from\":\"\"}"), "/from", "empty"),
                body(
                        "a high surrogate alone",
                        "{\"messageId\":\"\\ud83d\"," + direction + "}",
                        "/messageId",
                        "surrogate"),
                body(
                        "a low surrogate alone",
                        "{\"messageId\":\"\\ude00x\"," + direction + "}",
                        "/messageId",
                        "surrogate"),
                body(
                        "surrogates the wrong way round",
                        "{\"messageId\":\"\\ude00\\ud83d\"," + direction + "}",
                        "/messageId",
                        "surrogate"),
                body(
                        "an unknown direction",
                        "{\"messageId\":\"m1\",\"direction\":\"sideways\"}",
                        "/direction",
                        "\"sideways\""),
                body(
                        "a direction of another case",
                        "{\"messageId\":\"m1\",\"direction\":\"Inbound\"}",
                        "/direction",
                        "\"Inbound\""),
                body(
                        "a long direction",
                        "{\"messageId\":\"m1\",\"direction\":\"" + "x".repeat(5_000) + "\"}",
                        "/direction",
                        "xxx…\""),
                at("at without zone", "2026-11-22T09:30:00", "no zone"),
                at("at in the year 0", "0000-01-01T00:00:00Z", "out of range"),
                at("at before 1970", "1969-12-31T23:59:59.999999999Z", "out of range"),
                at("at before 1970 by its zone", "1970-01-01T00:59:59+01:00", "out of range"),
                at("at in 2200", "2200-01-01T00:00:00Z", "out of range"),
                at("at in a year of five digits", "12026-11-22T09:30:00Z", "not a time"),
                at("at with a sign", "-2026-11-22T09:30:00Z", "not a time"),
                at("at 6 minutes ahead", "2026-11-22T09:36:00Z", "five minutes ahead"),
                at("at a nanosecond too far ahead", "2026-11-22T09:35:00.000000001Z", "five minutes ahead"),
                at("nonsense for a time", "yesterday", "not a time"),
                at("no time of day", "2026-11-22", "not a time"),
                at("no seconds", "2026-11-22T09:30Z", "not a time"),
                at("a blank between date and time", "2026-11-22 09:30:00Z", "not a time"),
                at("ten digits of a second", "2026-11-22T09:30:00.0000000001Z", "not a time"),
                at("a comma in the seconds", "2026-11-22T09:30:00,5Z", "not a time"),
                at("the 30th of February", "2026-02-30T09:30:00Z", "not a date that exists"),
                at("the 29th of February of no leap year", "2025-02-29T09:30:00Z", "not a date that exists"),
                at("month 13", "2026-13-01T09:30:00Z", "not a date that exists"),
                at("day 0", "2026-11-00T09:30:00Z", "not a date that exists"),
                at("hour 24", "2026-11-21T24:00:00Z", "not a time of day"),
                at("minute 60", "2026-11-22T08:60:00Z", "not a time of day"),
                at("a leap second", "2016-12-31T23:59:60Z", "leap second"),
                at("second 61", "2016-12-31T23:59:61Z", "not a time of day"),
                at("a zone of hours only", "2026-11-22T09:30:00+01", "not a time"),
                at("a zone without colon", "2026-11-22T09:30:00+0100", "not a time"),
                at("a zone of 24 hours", "2026-11-22T09:30:00+24:00", "zone that does not exist"),
                at("a zone by name", "2026-11-22T09:30:00Z[UTC]", "not a time"),
                at("seconds since 1970", "1763804000", "not a time"),
                at("Arabic digits", "٢٠٢٦-11-22T09:30:00Z", "not a time"),
                at("a long time", "2026-11-22T09:30:00Z".repeat(1_000), "…\""),
                new Bad("65 KiB", "POST", MESSAGES, utf8(GOOD + " ".repeat(65 * 1024)), 413, "body", "too long"),
                new Bad("10 MB", "POST", MESSAGES, new byte[10_000_000], 413, "body", "too long"),
                path("an empty key", "", "empty"),
                path("a key of 256 characters", "k".repeat(256), "256 characters"),
                path("a slash in the key", "a%2Fb", "cannot have"),
                path("a slash in the key, in lower case", "a%2fb", "cannot have"),
                path("a blank in the key", "a%20b", "cannot have"),
                path("NUL in the key", "a%00b", "cannot have"),
                path("a line break in the key", "a%0Ab", "cannot have"),
                path("DEL in the key", "a%7Fb", "cannot have"),
                path("unicode in the key", "caf%C3%A9", "cannot have"),
                path("a key that is not UTF-8", "caf%E9", "cannot have"),
                path("a fullwidth letter as key", "%EF%BC%A1", "cannot have"),
                path("an emoji as key", "%F0%9F%98%80", "cannot have"),
                new Bad(
                        "a dot as key",
                        "POST",
                        "/v1/conversations/%2E/messages",
                        utf8(GOOD),
                        400,
                        "path",
                        "no key can be"),
                new Bad(
                        "two dots as key",
                        "POST",
                        "/v1/conversations/%2e./messages",
                        utf8(GOOD),
                        400,
                        "path",
                        "no key can be"),
                new Bad("an empty key to read", "GET", "/v1/conversations/", null, 400, "key", "empty"),
                new Bad(
                        "an empty key to close",
                        "POST",
                        "/v1/conversations//close",
                        utf8("{\"by\":\"user\"}"),
                        400,
                        "key",
                        "empty"),
                new Bad("an empty key of a history", "GET", "/v1/conversations//history", null, 400, "key", "empty"),
                new Bad(
                        "a path with more",
                        "GET",
                        "/v1/conversations/k/messages/m1",
                        null,
                        404,
                        "path",
                        "nothing at this path"),
                new Bad(
                        "a path with a slash more",
                        "GET",
                        "/v1/transitions/",
                        null,
                        404,
                        "path",
                        "nothing at this path"),
                new Bad(
                        "a path with a slash at the start",
                        "GET",
                        "//v1/transitions",
                        null,
                        404,
                        "path",
                        "nothing at this path"),
                new Bad("a path of another case", "GET", "/V1/transitions", null, 404, "path", "nothing at this path"),
                new Bad(
                        "an encoded slash for a slash",
                        "GET",
                        "/v1%2Ftransitions",
                        null,
                        404,
                        "path",
                        "nothing at this path"),
                new Bad("a closing by nobody", "POST", "/v1/conversations/k/close", utf8("{}"), 400, "/by", "missing"),
                new Bad(
                        "a closing by time",
                        "POST",
                        "/v1/conversations/k/close",
                        utf8("{\"by\":\"time\"}"),
                        400,
                        "/by",
                        "\"time\""),
                new Bad(
                        "a long reason",
                        "POST",
                        "/v1/conversations/k/close",
                        utf8("{\"by\":\"user\",\"reason\":\"" + "x".repeat(1001) + "\"}"),
                        400,
                        "/reason",
                        "1001 characters"),
                new Bad(
                        "a reason with a control character",
                        "POST",
                        "/v1/conversations/k/fail",
                        utf8("{\"reason\":\"\\t\"}"),
                        400,
                        "/reason",
                        "U+0009"),
                new Bad(
                        "a failure by somebody",
                        "POST",
                        "/v1/conversations/k/fail",
                        utf8("{\"by\":\"user\"}"),
                        400,
                        "/by",
                        "no such field"),
                new Bad(
                        "a negative duration for a tick",
                        "POST",
                        "/v1/ticks",
                        utf8("{\"now\":\"-PT5M\"}"),
                        400,
                        "/now",
                        "not a time"),
                new Bad(
                        "a tick ahead",
                        "POST",
                        "/v1/ticks",
                        utf8("{\"now\":\"2026-11-22T09:36:00Z\"}"),
                        400,
                        "/now",
                        "five minutes ahead"),
                new Bad("a tick of a number", "POST", "/v1/ticks", utf8("{\"now\":1}"), 400, "/now", "a number"),
                new Bad(
                        "a query where there is none",
                        "POST",
                        MESSAGES + "?dry=true",
                        utf8(GOOD),
                        400,
                        "dry",
                        "no such query parameter"),
                query("an unknown query parameter", "stat=idle", "stat", "no such query parameter"),
                query("a query parameter given twice", "limit=1&limit=1", "limit", "twice"),
                query("an unknown state", "state=asleep", "state", "\"asleep\""),
                query("an empty state", "state=", "state", "\"\""),
                query("limit 0", "limit=0", "limit", "\"0\""),
                query("limit 1001", "limit=1001", "limit", "\"1001\""),
                query("a limit of words", "limit=many", "limit", "\"many\""),
                query("a limit beyond all numbers", "limit=" + "9".repeat(500), "limit", "…"),
                query("a limit with a sign", "limit=%2B1", "limit", "\"+1\""),
                query("dueBefore without zone", "dueBefore=2026-11-22T09:30:00", "dueBefore", "no zone"),
                query("a plus that becomes a blank", "dueBefore=2026-11-22T09:30:00+01:00", "dueBefore", "not a time"),
                query("a cursor of nobody's", "cursor=%2A", "cursor", "no cursor"),
                query("a cursor of nonsense", "cursor=AAAA", "cursor", "no cursor"),
                query("a cursor with a key that is none", "cursor=MS4xLmEgYg", "cursor", "no cursor"),
                query("an empty cursor", "cursor=", "cursor", "no cursor"),
                new Bad("a place below zero", "GET", "/v1/transitions?after=-1", null, 400, "after", "\"-1\""),
                new Bad(
                        "a place beyond all",
                        "GET",
                        "/v1/messages?after=9007199254740992",
                        null,
                        400,
                        "after",
                        "\"9007199254740992\""),
                new Bad("a place of words", "GET", "/v1/messages?after=start", null, 400, "after", "\"start\""));
    }

    @BeforeAll
    static void listen() {
        LOGGED.start();
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(LOGGED);
    }

    @AfterAll
    static void stop() {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).detachAppender(LOGGED);
        SERVER.close();
        EXTERNAL.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void it_is_a_problem_that_names_the_field(Bad bad) {
        Answer answer = bad.body() == null
                ? SERVER.send(bad.method(), bad.path(), null)
                : SERVER.send(bad.method(), bad.path(), bad.body(), "Content-Type", "application/json");

        assertThat(answer.status()).as(answer.text()).isEqualTo(bad.status());
        assertThat(answer.field()).startsWith(bad.field());
        assertThat(answer.json().get("detail").asText()).contains(bad.says()).hasSizeLessThan(250);
        assertThat(answer.json().get("expected").asText()).isNotBlank();
        assertThat(answer.text()).doesNotContain("Exception", "\tat ", "com.fasterxml");
        assertThat(SERVER.conversations.calls).hasValue(0);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void with_the_external_clock_a_time_is_required_and_may_lie_ahead() {
        Answer without = EXTERNAL.post(MESSAGES, "{\"messageId\":\"m1\",\"direction\":\"inbound\"}");
        Answer ahead = EXTERNAL.post(MESSAGES, TestServer.message("m1", "inbound", "2199-12-31T23:59:59.999999999Z"));

        assertThat(without.status()).isEqualTo(400);
        assertThat(without.field()).isEqualTo("/at");
        assertThat(ahead.status()).isEqualTo(200);
    }

    @Test
    void a_body_of_another_type_is_refused() {
        for (String type : List.of(
                "text/plain",
                "text/csv",
                "application/xml",
                "application/json-patch+json",
                "multipart/form-data; boundary=x")) {
            Answer answer = SERVER.post(MESSAGES, GOOD, "Content-Type", type);
            assertThat(answer.status()).as(type).isEqualTo(415);
            assertThat(answer.field()).isEqualTo("Content-Type");
        }
        Answer zipped = SERVER.post(MESSAGES, GOOD, "Content-Encoding", "gzip");
        assertThat(zipped.status()).isEqualTo(415);
        assertThat(zipped.field()).isEqualTo("Content-Encoding");
        assertThat(SERVER.post("/v1/messages", GOOD, "Content-Type", "application/json")
                        .status())
                .isEqualTo(415);
        assertThat(SERVER.conversations.calls).hasValue(0);
    }

    @Test
    void a_method_that_a_path_does_not_know_is_refused() {
        Answer put = SERVER.send("PUT", "/v1/conversations/k", new byte[0]);
        Answer get = SERVER.get("/v1/ticks");

        assertThat(put.status()).isEqualTo(405);
        assertThat(put.header("Allow")).contains("GET, HEAD");
        assertThat(get.header("Allow")).contains("POST");
        assertThat(SERVER.send("DELETE", "/v1/messages", null).header("Allow")).contains("POST, GET, HEAD");
        assertThat(SERVER.send("OPTIONS", "/v1/messages", null).status()).isEqualTo(405);
    }

    private static List<String> warnings() {
        return List.copyOf(LOGGED.list).stream()
                .filter(it -> it.getLevel().isGreaterOrEqual(Level.INFO))
                .filter(it -> !it.getLoggerName().startsWith("com.networknt"))
                .map(ILoggingEvent::getFormattedMessage)
                .filter(it -> !it.contains("CoordinatedShutdown"))
                .toList();
    }
}

package lull.tools;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A node's public HTTP API, one attempt at a time. Calls block: on JDK 17 with two processors an asynchronous send starts a thread for
 * every request, even if the client has an executor of its own.
 */
final class Node {

    /** Answers that say nothing about the request: it is worth trying again. */
    private static final Set<Integer> PASSING = Set.of(500, 502, 503, 504);

    private final String url;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .executor(Workers.fixed(2, "replay-http"))
            .build();

    /** @param url of the node's HTTP port, without the version and what follows */
    Node(URI url) {
        this.url = url.toString().replaceAll("/+$", "") + "/v1";
    }

    /** The node cannot answer now. */
    static final class Unavailable extends IOException {
        private static final long serialVersionUID = 1;
        private final transient Optional<Duration> retryAfter;

        Unavailable(String message, Optional<Duration> retryAfter) {
            super(message);
            this.retryAfter = retryAfter;
        }

        Optional<Duration> retryAfter() {
            return retryAfter;
        }
    }

    /** The node has understood the request and will never do it. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /**
     * The node has the line.
     *
     * @param repeated true if it had it before
     * @param ignored true for a closing that found nothing to close
     */
    record Recorded(boolean repeated, boolean ignored) {}

    /**
     * Time is moved.
     *
     * @param clock that the node runs by: {@code system} or {@code external}
     * @param transitioned conversations that changed
     * @param failed conversations that were due and could not be advanced
     */
    record Tick(String clock, long transitioned, long failed) {}

    Recorded record(Numbered numbered) throws IOException, Refused, InterruptedException {
        Line line = numbered.line();
        boolean closing = line instanceof Line.Close;
        String path = "/conversations/" + encoded(line.conversation()) + (closing ? "/close" : "/messages");
        HttpResponse<String> answer = post(path, LineFormat.body(line, numbered.id()));
        boolean ignored = closing && (answer.statusCode() == 409 || answer.statusCode() == 404);
        if (!ignored) {
            check(answer.statusCode(), answer, answer.body());
        }
        boolean repeated = answer.headers()
                .firstValue("Idempotent-Replayed")
                .map("true"::equals)
                .orElse(false);
        return new Recorded(repeated, ignored);
    }

    Tick tick(Instant now) throws IOException, Refused, InterruptedException {
        HttpResponse<String> answer = post("/ticks", "{\"now\":\"" + now + "\"}");
        check(answer.statusCode(), answer, answer.body());
        Map<String, String> fields = LineFormat.flat(answer.body());
        return new Tick(
                fields.getOrDefault("clock", "unknown"), number(fields, "transitioned"), number(fields, "failed"));
    }

    /**
     * A tick at the node's own time. It answers when everything due has been advanced.
     *
     * @param limit for the answer
     * @return the answer, as JSON, and how many conversations could not be advanced
     */
    Ticked tickNow(Duration limit) throws IOException, Refused, InterruptedException {
        HttpResponse<String> answer = send(request("/ticks", "").timeout(limit));
        check(answer.statusCode(), answer, answer.body());
        return new Ticked(answer.body().strip(), number(LineFormat.flat(answer.body()), "failed"));
    }

    /** What a node answered to a tick, and how many conversations were due and could not be advanced. */
    record Ticked(String answer, long failed) {}

    private static long number(Map<String, String> fields, String name) throws IOException {
        try {
            return Long.parseLong(fields.getOrDefault(name, "none"));
        } catch (NumberFormatException e) {
            throw new IOException("the answer to a tick has no number \"" + name + '"', e);
        }
    }

    /** Takes the lines of an answer, one by one. */
    interface LineTaker {
        void take(String line) throws IOException;
    }

    /** All transitions after a journal position, in order. If it fails, every line that was taken is complete. */
    void transitions(long after, LineTaker taker) throws IOException, Refused, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/transitions?after=" + after))
                .build();
        HttpResponse<InputStream> answer = client.send(request, BodyHandlers.ofInputStream());
        try (InputStream body = new BufferedInputStream(answer.body(), 1 << 16)) {
            if (answer.statusCode() != 200) {
                check(answer.statusCode(), answer, new String(body.readNBytes(1 << 16), StandardCharsets.UTF_8));
            }
            ByteArrayOutputStream line = new ByteArrayOutputStream(256);
            for (int next = body.read(); next >= 0; next = body.read()) {
                if (next != '\n') {
                    line.write(next);
                } else {
                    give(line, taker);
                }
            }
            give(line, taker); // the last line need not end in a line break; if it was cut, the taker finds it broken
        }
    }

    private static void give(ByteArrayOutputStream line, LineTaker taker) throws IOException {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (!text.isBlank()) {
            taker.take(text);
        }
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path, body));
    }

    private HttpRequest.Builder request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static void check(int status, HttpResponse<?> answer, String body) throws Unavailable, Refused {
        if (PASSING.contains(status)) {
            throw new Unavailable("the node answered " + problem(status, body), retryAfter(answer));
        }
        if (status != 200) {
            throw new Refused(problem(status, body));
        }
    }

    private static Optional<Duration> retryAfter(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(it -> it.matches("\\d{1,9}"))
                .map(it -> Duration.ofSeconds(Long.parseLong(it)));
    }

    /** One line that says what the problem document says. */
    private static String problem(int status, String body) {
        Map<String, String> fields;
        try {
            fields = LineFormat.flat(body);
        } catch (IOException e) {
            fields = Map.of("detail", LineFormat.shortened(body.strip().replaceAll("\\s+", " ")));
        }
        StringBuilder text = new StringBuilder().append(status);
        String said = fields.getOrDefault("detail", fields.getOrDefault("title", ""));
        if (!said.isBlank()) {
            text.append(": ").append(said);
        }
        if (fields.containsKey("field")) {
            text.append(" (").append(fields.get("field"));
            if (fields.containsKey("expected")) {
                text.append(", expected ").append(fields.get("expected"));
            }
            text.append(')');
        }
        return text.toString();
    }

    /** A path segment. Everything that is not unreserved is encoded, so that no server can read anything else into it. */
    static String encoded(String key) {
        StringBuilder segment = new StringBuilder(key.length() + 16);
        for (byte each : key.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xff);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "-._~".indexOf(c) >= 0;
            if (plain) {
                segment.append(c);
            } else {
                segment.append('%').append(hex(c >> 4)).append(hex(c & 15));
            }
        }
        return segment.toString();
    }

    private static char hex(int digit) {
        return "0123456789ABCDEF".charAt(digit);
    }
}

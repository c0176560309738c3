package lull.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class TickCommandTest {

    private static final Answer DONE =
            new Answer(200, "{\"now\":\"2026-01-05T00:00:00Z\",\"clock\":\"system\",\"transitioned\":3,\"failed\":0}");

    private record Answer(int status, String body) {}

    private final Deque<Answer> answers = new ConcurrentLinkedDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void ticks_once_and_prints_the_answer() {
        answers.add(DONE);

        assertThat(run("PT10S")).isZero();

        assertThat(requests).containsExactly("POST /v1/ticks ");
        assertThat(out.toString().strip()).isEqualTo(DONE.body());
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void tries_again_while_no_node_can_answer() {
        answers.add(new Answer(503, "{}"));
        answers.add(new Answer(502, "not ours"));
        answers.add(DONE);

        assertThat(run("PT30S")).isZero();

        assertThat(requests).hasSize(3);
    }

    @Test
    void gives_up_in_time_and_says_why() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }

        assertThat(run("PT1S", "http://127.0.0.1:" + closed)).isEqualTo(1);

        assertThat(err.toString()).contains("no answer to the tick within PT1S: connection refused");
    }

    @Test
    void does_not_repeat_what_is_refused() {
        answers.add(new Answer(404, "{\"title\":\"Not Found\",\"detail\":\"no such call\"}"));

        assertThat(run("PT10S")).isEqualTo(1);

        assertThat(requests).hasSize(1);
        assertThat(err.toString()).contains("the node refused the tick: 404: no such call");
    }

    @Test
    void fails_if_a_conversation_could_not_be_advanced() {
        answers.add(new Answer(200, "{\"transitioned\":3,\"failed\":2}"));

        assertThat(run("PT10S")).isEqualTo(1);

        assertThat(out.toString()).contains("\"failed\":2");
        assertThat(err.toString()).contains("2 conversations could not be advanced");
    }

    @Test
    void refuses_a_url_that_is_none() {
        assertThat(run("PT10S", "localhost:8080")).isEqualTo(CommandLine.ExitCode.USAGE);

        assertThat(err.toString()).contains("must be like http://127.0.0.1:8080, but is 'localhost:8080'");
    }

    private int run(String giveUpAfter) {
        return run(giveUpAfter, "http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private int run(String giveUpAfter, String url) {
        return new CommandLine(new TickCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("--url", url, "--give-up-after", giveUpAfter);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
            Answer answer = answers.isEmpty() ? new Answer(500, "{}") : answers.remove();
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}

package lull.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Connection;
import akka.http.javadsl.model.headers.TimeoutAccess;
import akka.japi.Function;
import scala.concurrent.duration.Duration;

/** The time that the server gives a request to be answered. Our own limits are tighter; this one is there in case they fail. */
final class Deadlines {

    /** A tick answers when it is through, and that may take a while. Below the idle timeout, which would cut the connection. */
    private static final Duration TICK = Duration.create(50, "s");

    /** The server closes the connection behind this answer, so the client must be told not to use it again. */
    private static final Function<HttpRequest, HttpResponse> TOO_SLOW =
            request -> Answers.problem(Failures.TOO_SLOW).addHeader(Connection.create("close"));

    private Deadlines() {}

    /** Has the server answer with a problem of ours when time is up. */
    static void answerInOurWords(HttpRequest request) {
        request.getHeader(TimeoutAccess.class)
                .ifPresent(it -> it.timeoutAccess().updateHandler(TOO_SLOW));
    }

    static void extend(HttpRequest request) {
        request.getHeader(TimeoutAccess.class)
                .ifPresent(it -> it.timeoutAccess().updateTimeout(TICK));
    }
}

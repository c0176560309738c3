package lull.http;

import akka.event.LoggingAdapter;
import akka.http.ParsingErrorHandler;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.ErrorInfo;
import akka.http.scaladsl.model.StatusCode;
import akka.http.scaladsl.settings.ServerSettings;

/**
 * Answers requests that are so malformed that no call can be found for them. Named in {@code http.conf}, and created there by Akka HTTP.
 */
public final class ParseErrors extends ParsingErrorHandler {

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
        log.debug("Illegal request: {}", error.summary());
        return Answers.problem(problem(status.intValue(), error.summary()));
    }

    private static Problem problem(int status, String summary) {
        // Akka HTTP's summaries are sentences of its own; what the client sent is in the details, which stay here.
        return Problem.of(status, field(status, summary), "malformed request: " + summary, expected(status));
    }

    private static String field(int status, String summary) {
        return switch (status) {
            case 413 -> "body";
            case 414 -> "path";
            case 431 -> "headers";
            case 501 -> "method";
            default -> summary.contains("request-target") || summary.contains("URI") ? "path" : "request";
        };
    }

    private static String expected(int status) {
        return switch (status) {
            case 413 -> "at most " + Bodies.LIMIT + " bytes";
            case 414 -> "a request target within 2 KiB";
            case 431 -> "at most 64 headers, of at most 8 KiB each";
            case 501 -> "GET, HEAD or POST";
            default -> "an HTTP/1.1 request as RFC 9112 has it";
        };
    }
}

package lull.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.scaladsl.model.EntityStreamException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import lull.entity.Conversations.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever went wrong into the problem that the caller is told, and logs what only we should know. */
final class Failures {

    private static final Logger log = LoggerFactory.getLogger(Failures.class);

    /** The server's own time limit for an answer has passed. */
    static final Problem TOO_SLOW = Problem.unavailable(
            "no answer in time, and it is not known whether the request was carried out: send it again, with the same messageId");

    private static final Problem UNAVAILABLE = Problem.unavailable(
            "the conversation gave no answer in time, and it is not known whether the request was carried out: send it again, with the"
                    + " same messageId");
    private static final Problem NO_DATABASE =
            Problem.unavailable("the database is out of reach for the moment: send the request again");

    /** Connection lost, refused for want of resources, ended by an operator or a limit, in the way of another transaction, I/O. */
    private static final List<String> PASSING = List.of("08", "25006", "40", "53", "55", "57", "58");

    private Failures() {}

    /** A failure that is neither the caller's nor a known state of the system is logged, once, as an error. */
    static Problem problem(HttpRequest request, Throwable failure) {
        Throwable cause = unwrapped(failure);
        if (cause instanceof Problem.Refused refused) {
            return refused.problem();
        }
        if (cause instanceof EntityStreamException) {
            return Problem.bad("body", "the body broke off or is not framed as HTTP demands", "a complete body");
        }
        if (cause instanceof Unavailable || cause instanceof TimeoutException) {
            log.debug("Unavailable: {}", cause.getMessage());
            return UNAVAILABLE;
        }
        if (isOfDatabase(cause)) {
            log.debug("The database is out of reach", cause);
            return NO_DATABASE;
        }
        log.error("{} {} failed", request.method().value(), request.getUri().path(), cause);
        return Problem.of(500, "the request failed by a fault of the server, which has been logged");
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static boolean isOfDatabase(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 10; depth++) {
            if (cause instanceof SQLException of) {
                return of instanceof SQLTransientException || isOutOfReach(of.getSQLState());
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** By the classes of PostgreSQL's states: a statement that is wrong is a fault of ours, and stays one when it is sent again. */
    private static boolean isOutOfReach(String state) {
        return state == null || PASSING.stream().anyMatch(state::startsWith);
    }
}

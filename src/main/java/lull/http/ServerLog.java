package lull.http;

import akka.event.LoggingAdapter;
import akka.http.scaladsl.model.EntityStreamException;
import akka.http.scaladsl.model.EntityStreamSizeException;
import akka.stream.StreamTcpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of the HTTP server itself. Akka HTTP warns of whatever a client does wrong, and of every answer that begins before its request
 * has ended, as a message stream's must: none of that is for an operator, so here it is for debugging.
 */
final class ServerLog implements LoggingAdapter {

    private static final Logger log = LoggerFactory.getLogger(ServerLog.class);

    @Override
    public boolean isErrorEnabled() {
        return log.isErrorEnabled();
    }

    @Override
    public boolean isWarningEnabled() {
        return log.isDebugEnabled();
    }

    @Override
    public boolean isInfoEnabled() {
        return log.isDebugEnabled();
    }

    @Override
    public boolean isDebugEnabled() {
        return log.isDebugEnabled();
    }

    @Override
    public void notifyError(String message) {
        log.error(message);
    }

    @Override
    public void notifyError(Throwable cause, String message) {
        if (isOfTheClient(cause)) {
            log.debug(message, cause);
        } else {
            log.error(message, cause);
        }
    }

    private static boolean isOfTheClient(Throwable cause) {
        return cause instanceof EntityStreamException
                || cause instanceof EntityStreamSizeException
                || cause instanceof StreamTcpException;
    }

    @Override
    public void notifyWarning(String message) {
        log.debug(message);
    }

    @Override
    public void notifyInfo(String message) {
        log.debug(message);
    }

    @Override
    public void notifyDebug(String message) {
        log.debug(message);
    }
}

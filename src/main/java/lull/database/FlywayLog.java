package lull.database;

import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Flyway's chatter goes to DEBUG: what an operator needs of a migration is one line, which {@link Migrations} writes. Public for Flyway, which makes it by name. */
public final class FlywayLog implements LogCreator {

    @Override
    public Log createLogger(Class<?> owner) {
        Logger log = LoggerFactory.getLogger(owner);
        return new Log() {
            @Override
            public void debug(String message) {
                log.trace(message);
            }

            @Override
            public void info(String message) {
                log.debug(message);
            }

            @Override
            public void notice(String message) {
                log.debug(message);
            }

            @Override
            public void warn(String message) {
                log.warn(message);
            }

            @Override
            public void error(String message) {
                log.debug(message);
            }

            @Override
            public void error(String message, Exception e) {
                log.debug(message, e);
            }
        };
    }
}

package lull.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool of connections that the service works with. Connections commit each statement by themselves unless told
 * otherwise, and every call is bounded (the constants of {@link DatabaseSettings}): while PostgreSQL is away, calls
 * fail within 8 s, and work again when it is back, with nobody's help.
 */
public final class Database implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Database.class);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(250);
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(5);

    /** A connection that does not answer within this is taken for dead and replaced, within one wait for the pool. */
    private static final Duration VALIDATION = Duration.ofSeconds(2);

    /** Idle connections are tried this often, so that a dead one is found by the pool and not by a request. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);

    /** Connections are renewed this often: a database that moved behind its name is followed within it. */
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    private final DatabaseSettings settings;
    private final HikariDataSource pool;

    private Database(DatabaseSettings settings, HikariDataSource pool) {
        this.settings = settings;
        this.pool = pool;
    }

    /**
     * Makes the pool. It connects in the background and does not fail if PostgreSQL is away.
     *
     * @param closed while it says so nobody gets a connection: for a node that must not write any more
     * @throws DatabaseException if the settings cannot be right
     */
    public static Database open(DatabaseSettings settings, BooleanSupplier closed) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("lull");
        config.setJdbcUrl(settings.connectionUrl());
        config.setDataSourceProperties(
                settings.connectionProperties(DatabaseSettings.serviceBounds(), DatabaseSettings.SOCKET));
        config.setMaximumPoolSize(settings.poolSize());
        config.setConnectionTimeout(DatabaseSettings.POOL_WAIT.toMillis());
        config.setValidationTimeout(VALIDATION.toMillis());
        config.setInitializationFailTimeout(-1);
        config.setKeepaliveTime(KEEP_ALIVE.toMillis());
        config.setMaxLifetime(LIFETIME.toMillis());
        // The driver names this JVM's time zone when it connects, and that beats the server's and the role's settings.
        config.setConnectionInitSql("SET TIME ZONE 'UTC'");
        config.setExceptionOverride(new FollowThePrimary());
        return new Database(settings, new Fenced(config, closed));
    }

    private static final class Fenced extends HikariDataSource {
        private final BooleanSupplier closed;

        Fenced(HikariConfig config, BooleanSupplier closed) {
            super(config);
            this.closed = closed;
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (closed.getAsBoolean()) {
                throw new SQLTransientConnectionException("this node must not use the database any more");
            }
            return super.getConnection();
        }
    }

    /** A server that refuses writes was the primary once: its connections are of no use to us, though they work. */
    private static final class FollowThePrimary implements SQLExceptionOverride {
        private static final String READ_ONLY = "25006";

        @java.lang.Override // not the nested type that is inherited
        public Override adjudicate(SQLException e) {
            return READ_ONLY.equals(e.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
        }
    }

    /**
     * Waits until PostgreSQL takes a connection, and reports every few seconds what it waits for.
     *
     * @throws DatabaseException if it does not within the limit, or at once if it refuses us for good: login, database,
     * rights
     */
    public void awaitAvailable(Duration limit) {
        long start = System.nanoTime();
        long reported = start;
        while (true) {
            String reason;
            try (Connection connection = connect(settings, DatabaseSettings.serviceBounds(), DatabaseSettings.SOCKET)) {
                connection.isValid((int) VALIDATION.toSeconds());
                return;
            } catch (SQLException e) {
                reason = Failures.reason(e);
                if (Failures.lasts(e)) {
                    throw new DatabaseException(
                            "the database at " + settings.shownUrl() + " refuses the connection: " + reason);
                }
            }
            long now = System.nanoTime();
            if (now - start >= limit.toNanos() || Thread.currentThread().isInterrupted()) {
                throw new DatabaseException("no database at " + settings.shownUrl() + " after "
                        + TimeUnit.NANOSECONDS.toSeconds(now - start) + " s: " + reason);
            }
            if (now - reported >= BETWEEN_REPORTS.toNanos()) {
                reported = now;
                log.info(
                        "waiting for the database at {} since {} s: {}",
                        settings.shownUrl(),
                        TimeUnit.NANOSECONDS.toSeconds(now - start),
                        reason);
            }
            LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
        }
    }

    /** A connection of its own, beside the pool. */
    static Connection connect(DatabaseSettings settings, String serverBounds, Duration socket) throws SQLException {
        return DriverManager.getConnection(
                settings.connectionUrl(), settings.connectionProperties(serverBounds, socket));
    }

    /** Connections of the pool. {@code close()} on one gives it back. */
    public DataSource dataSource() {
        return pool;
    }

    public DatabaseSettings settings() {
        return settings;
    }

    /** Ends all connections. Whoever still uses one gets an error. */
    @Override
    public void close() {
        pool.close();
    }
}

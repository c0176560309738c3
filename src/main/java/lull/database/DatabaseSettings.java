package lull.database;

import java.time.Duration;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Where the database is, who we are there, and how much of it we use.
 *
 * @param jdbcUrl {@code jdbc:postgresql://host:port/database?parameters}. Its parameters win over ours
 * @param user empty if the URL or the driver's own defaults name one
 * @param password empty likewise
 * @param poolSize the most connections of the pool at one time, at least 1
 */
public record DatabaseSettings(String jdbcUrl, String user, String password, int poolSize) {

    /** Time for a connection to be made. A server that takes longer on a network that works is not one to wait for. */
    public static final Duration CONNECT = Duration.ofSeconds(3);

    /**
     * The longest silence of the server within a call. A lost server or network is noticed then, well before a client's
     * 10 s.
     */
    public static final Duration SOCKET = Duration.ofSeconds(8);

    /** The longest wait for a free connection of the pool: after it a request is better refused than kept. */
    public static final Duration POOL_WAIT = Duration.ofSeconds(5);

    /** The server gives a statement up before we do, so that nothing goes on for a caller that has left. */
    public static final Duration STATEMENT = Duration.ofSeconds(5);

    /** Shorter again: a statement that waits for a lock holds its connection. */
    public static final Duration LOCK = Duration.ofSeconds(3);

    /**
     * A transaction that its node has forgotten (paused, cut off) holds up every reader of the journal, which reads
     * only below the oldest running transaction. So the server ends it.
     */
    public static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(10);

    /** @throws DatabaseException if the URL is not one of PostgreSQL, or the pool size is not positive */
    public DatabaseSettings {
        if (Driver.parseURL(jdbcUrl, new Properties()) == null) {
            throw new DatabaseException(
                    "LULL_JDBC_URL is not a JDBC URL of PostgreSQL (jdbc:postgresql://host:port/database): "
                            + shown(jdbcUrl));
        }
        if (poolSize < 1) {
            throw new DatabaseException("the database pool needs at least 1 connection, not " + poolSize);
        }
    }

    /** The URL without its parameters, which may hold a password. */
    public String shownUrl() {
        return shown(jdbcUrl);
    }

    private static String shown(String url) {
        return url.replaceFirst("\\?.*", "").replaceFirst("//[^/]*@", "//");
    }

    /**
     * What a connection is made with; what the URL itself says wins. Bounds of the server are given to it as {@code
     * options}; those in the URL come later and so win one by one. An empty {@code options=} in the URL turns ours off,
     * for poolers such as PgBouncer that refuse them.
     */
    Properties connectionProperties(String serverBounds, Duration socket) {
        Properties properties = new Properties();
        PGProperty.CONNECT_TIMEOUT.set(properties, Long.toString(CONNECT.toSeconds()));
        PGProperty.SOCKET_TIMEOUT.set(properties, Long.toString(socket.toSeconds()));
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.APPLICATION_NAME.set(properties, "lull");
        PGProperty.REWRITE_BATCHED_INSERTS.set(properties, true);
        // The statements are few and live as long as the connection: let the server keep them from the first use on.
        PGProperty.PREPARE_THRESHOLD.set(properties, 1);
        PGProperty.OPTIONS.set(properties, serverBounds);
        if (!user.isEmpty()) {
            PGProperty.USER.set(properties, user);
        }
        if (!password.isEmpty()) {
            PGProperty.PASSWORD.set(properties, password);
        }
        String theirs = Driver.parseURL(jdbcUrl, new Properties()).getProperty(PGProperty.OPTIONS.getName());
        if (theirs != null && theirs.isEmpty()) {
            properties.remove(PGProperty.OPTIONS.getName());
        } else if (theirs != null) {
            PGProperty.OPTIONS.set(properties, serverBounds + " " + theirs);
        }
        return properties;
    }

    /**
     * The URL to connect with: without {@code options}, which {@link #connectionProperties} holds, since the driver
     * would take the URL's alone.
     */
    String connectionUrl() {
        return jdbcUrl.replaceAll("(?<=[?&])options=[^&]*&?", "");
    }

    /** The bounds that the server holds the service's own connections to. */
    static String serviceBounds() {
        return "-c statement_timeout=" + STATEMENT.toMillis() + " -c lock_timeout=" + LOCK.toMillis()
                + " -c idle_in_transaction_session_timeout=" + IDLE_IN_TRANSACTION.toMillis();
    }

    /** Never the password. */
    @Override
    public String toString() {
        return "DatabaseSettings[" + shownUrl() + ", user=" + user + ", poolSize=" + poolSize + "]";
    }
}

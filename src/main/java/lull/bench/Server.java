package lull.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * A PostgreSQL that is there already, on this machine: measured nodes get databases in it instead of servers of their own. So Lull can be
 * measured on the very server that something else was measured on.
 */
final class Server implements AutoCloseable {

    private final String url;
    private final Map<Path, String> databases = new HashMap<>();

    Server(String url) {
        this.url = url;
    }

    /**
     * @param url of a superuser, with whatever is needed to log in
     * @throws IllegalArgumentException if the server cannot be measured with
     */
    static Server at(String url) throws SQLException {
        if (Driver.parseURL(url, new Properties()) == null) {
            throw new IllegalArgumentException("it is not a JDBC URL of PostgreSQL");
        }
        try (Connection connection = DriverManager.getConnection(url)) {
            require(connection, "current_setting('is_superuser') = 'on'", "its user is not a superuser");
            require(connection, "current_setting('track_commit_timestamp') = 'on'", "track_commit_timestamp is off");
        }
        return new Server(url);
    }

    private static void require(Connection connection, String condition, String complaint) throws SQLException {
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery("select " + condition)) {
            row.next();
            if (!row.getBoolean(1)) {
                throw new IllegalArgumentException(complaint);
            }
        }
    }

    /** The URL of the database for nodes of this home: a new one for each home. */
    synchronized String databaseOf(Path home) {
        String name = databases.computeIfAbsent(home, it -> {
            String made = "lull_bench_" + ProcessHandle.current().pid() + "_" + databases.size();
            execute("create database " + made);
            return made;
        });
        return url.replaceFirst("(//[^/]*)(/[^?]*)?", "$1/" + name);
    }

    private void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql + ": " + e.getMessage(), e);
        }
    }

    /** Drops the databases. A second time does nothing. */
    @Override
    public synchronized void close() {
        List<String> made = new ArrayList<>(databases.values());
        databases.clear();
        made.forEach(it -> execute("drop database if exists " + it + " with (force)"));
    }
}

package lull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import lull.database.DatabaseSettings;
import lull.database.EmbeddedPostgres;
import lull.database.Migrations;

/**
 * Real PostgreSQL for tests: one server for the JVM, an empty database with all tables for each caller. The sessions of
 * {@link #fresh} live in a time zone unlike UTC, with a quarter of an hour in it, so that a time that passes through
 * one comes out wrong.
 */
public final class TestDatabase {

    private static final String TIME_ZONE = "Asia/Kathmandu";
    private static final String TEMPLATE = "template_lull";
    private static final int POOL_SIZE = 20;
    private static final AtomicInteger COUNT = new AtomicInteger();

    private TestDatabase() {}

    /** Connections of a pool, without the service's time bounds. It holds none while nobody uses it. */
    public static DataSource fresh() {
        DatabaseSettings settings = freshSettings();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(settings.jdbcUrl());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMaximumPoolSize(POOL_SIZE);
        config.setMinimumIdle(0);
        config.setIdleTimeout(10_000);
        config.setInitializationFailTimeout(-1);
        config.setConnectionInitSql("SET TIME ZONE '" + TIME_ZONE + "'");
        return new HikariDataSource(config);
    }

    /** The same for those who make their own connections. */
    public static DatabaseSettings freshSettings() {
        return create(TEMPLATE);
    }

    /** A database without any table. */
    public static DatabaseSettings emptySettings() {
        return create("template1");
    }

    private static DatabaseSettings create(String template) {
        String name = "test_" + COUNT.incrementAndGet();
        execute("CREATE DATABASE " + name + " TEMPLATE " + template);
        return settings(name);
    }

    private static DatabaseSettings settings(String database) {
        EmbeddedPostgres server = Server.RUNNING;
        String url = server.jdbcUrl().replaceFirst("/[^/]*$", "/" + database);
        return new DatabaseSettings(url, server.user(), server.password(), POOL_SIZE);
    }

    private static synchronized void execute(String sql) {
        DatabaseSettings settings = Server.RUNNING.settings(1);
        try (Connection connection =
                        DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Started at the first use. */
    private static final class Server {
        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                Path home = Files.createTempDirectory("lull-test-");
                EmbeddedPostgres server = EmbeddedPostgres.start(home);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    server.close();
                    delete(home);
                }));
                try (Connection connection =
                                DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                        Statement statement = connection.createStatement()) {
                    // Nothing here has to outlive the machine, and a stop would wait for the disk to take hundreds of
                    // files a database.
                    statement.execute("ALTER SYSTEM SET fsync = off");
                    statement.execute("SELECT pg_reload_conf()");
                    statement.execute("CREATE DATABASE " + TEMPLATE);
                }
                String url = server.jdbcUrl().replaceFirst("/[^/]*$", "/" + TEMPLATE);
                new Migrations(new DatabaseSettings(url, server.user(), server.password(), 1)).migrate();
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void delete(Path root) {
            try (Stream<Path> tree = Files.walk(root)) {
                List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
                for (Path path : deepestFirst) {
                    Files.deleteIfExists(path);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

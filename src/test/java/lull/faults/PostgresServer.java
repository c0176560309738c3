package lull.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import lull.database.EmbeddedPostgres;

/** The PostgreSQL of a cluster, durable, in a place of its own on the network. */
final class PostgresServer implements AutoCloseable {

    private static final int PORT = 5432;
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(60);

    /** How a server is told to stop. */
    enum Stop {
        /** Connections are cut, everything is written to the disk. */
        FAST("INT"),
        /** As a crash: the next start recovers from the log. */
        IMMEDIATE("QUIT");

        private final String signal;

        Stop(String signal) {
            this.signal = signal;
        }
    }

    private final Path home;
    private final Network.Place place;
    private final String user;
    private final String password;
    private Process server;

    /** @param home an empty directory */
    PostgresServer(Path home, Network.Place place) throws IOException {
        this.home = home;
        this.place = place;
        try (EmbeddedPostgres made = EmbeddedPostgres.start(home)) {
            user = made.user();
            password = made.password();
        }
        Files.writeString(
                home.resolve("data/pg_hba.conf"), "host all all 10.0.0.0/8 scram-sha-256\n", StandardOpenOption.APPEND);
        start();
    }

    /** Starts it, and returns the moment at which it took a connection. */
    Instant start() {
        List<String> command = new ArrayList<>(List.of("unshare", "-U"));
        command.addAll(List.of(
                program(),
                "-D",
                home.resolve("data").toString(),
                "-c",
                "listen_addresses=" + place.address(),
                "-c",
                "port=" + PORT));
        ProcessBuilder builder = new ProcessBuilder(place.command(command)).redirectErrorStream(true);
        builder.environment().keySet().removeIf(it -> it.startsWith("PG") || it.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        try {
            server = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Waiting.until("PostgreSQL takes connections", START, () -> {
            connect().close();
            return true;
        });
    }

    private String program() {
        try (DirectoryStream<Path> versions = Files.newDirectoryStream(home.resolve("postgres"), "[0-9]*")) {
            return versions.iterator().next().resolve("bin/postgres").toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path log() {
        return home.resolve("server.log");
    }

    Network.Place place() {
        return place;
    }

    String url() {
        return "jdbc:postgresql://" + place.address() + ":" + PORT + "/lull";
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }

    /** For a node. */
    Map<String, String> settings() {
        return Map.of("LULL_JDBC_URL", url(), "LULL_JDBC_USER", user, "LULL_JDBC_PASSWORD", password);
    }

    /** Without the bounds that a node has. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(url() + "?connectTimeout=3", user, password);
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The number that a query gives. */
    long number(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    /** Returns once it has stopped. */
    void stop(Stop how) {
        Shell.signal(how.signal, server.pid());
        server.onExit().orTimeout(STOP.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** Removes everything but the log, once it is closed. */
    void delete() {
        for (String part : List.of("postgres", "data")) {
            try (Stream<Path> tree = Files.walk(home.resolve(part))) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** It runs, at its usual pace. */
    void repair() {
        if (!server.isAlive()) {
            start();
        }
        try {
            SlowCommits.end(this);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (server != null && server.isAlive()) {
            stop(Stop.IMMEDIATE);
        }
    }
}

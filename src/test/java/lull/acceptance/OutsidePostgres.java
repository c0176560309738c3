package lull.acceptance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import lull.database.EmbeddedPostgres;

/** A PostgreSQL server that no node has started, on a port of its own, to be stopped and frozen at will. */
final class OutsidePostgres implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path home;
    private final String user;
    private final String password;
    private final int port = Ports.free();
    private final List<Long> frozen = new ArrayList<>();
    private Process server;

    /** @param home an empty directory */
    OutsidePostgres(Path home) throws IOException {
        this.home = home;
        try (EmbeddedPostgres made = EmbeddedPostgres.start(home)) {
            user = made.user();
            password = made.password();
        }
        start();
    }

    /** Starts it, and returns the moment at which it took a connection. */
    Instant start() throws IOException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(
                program(),
                "-D",
                home.resolve("data").toString(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "port=" + port));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(it -> it.startsWith("PG") || it.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(home.resolve("outside.log").toFile()));
        server = Undertaker.start(builder);
        await("PostgreSQL takes connections")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> {
                    connect().close();
                    return true;
                });
        return Instant.now();
    }

    private String program() throws IOException {
        try (DirectoryStream<Path> versions = Files.newDirectoryStream(home.resolve("postgres"), "[0-9]*")) {
            return versions.iterator().next().resolve("bin/postgres").toString();
        }
    }

    /** Without the bounds that a node has. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), user, password);
    }

    private String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/lull";
    }

    /** For a node. */
    Map<String, String> settings() {
        return Map.of("LULL_JDBC_URL", url(), "LULL_JDBC_USER", user, "LULL_JDBC_PASSWORD", password);
    }

    /** Cuts everybody off and writes nothing more to the disk: the next start recovers as after a crash. */
    void stopImmediately() {
        signal("QUIT", server.pid());
        server.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** Nothing answers any more, and nothing is refused: the server and all its children stand still. */
    void freeze() {
        freeze(server.pid());
        for (ProcessHandle child : server.children().toList()) {
            freeze(child.pid());
        }
    }

    /** The sessions of the moment stand still. New ones can be had. */
    void freezeSessions() throws IOException {
        for (ProcessHandle child : server.children().toList()) {
            String title = Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"));
            if (title.contains("127.0.0.1(")) {
                freeze(child.pid());
            }
        }
    }

    private void freeze(long pid) {
        Undertaker.started(pid);
        frozen.add(pid);
        signal("STOP", pid);
    }

    Instant thaw() {
        for (long pid : frozen) {
            signal("CONT", pid);
            if (pid != server.pid()) {
                Undertaker.ended(pid);
            }
        }
        frozen.clear();
        return Instant.now();
    }

    private static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        thaw();
        if (server.isAlive()) {
            stopImmediately();
        }
    }
}

package lull.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A node and its supervisor: what ends is started again, as Kubernetes does, unless it was told to stay away. Each life has a log of its own,
 * {@code <name>-<life>.log}, with what it said, its log and its garbage collections.
 */
final class ClusterNode implements AutoCloseable {

    static final int API_PORT = 8080;
    static final int MANAGEMENT_PORT = 8558;
    static final int REMOTING_PORT = 25520;

    private static final Duration BACK_OFF = Duration.ofSeconds(1);
    private static final Duration END = Duration.ofSeconds(100);
    private static final int KILLED = 128 + 9;

    /**
     * From a start to an end.
     *
     * @param ended empty: it lives
     * @param exitCode of the process, once it has ended
     */
    record Life(int number, Path log, Instant started, Optional<Instant> ended, int exitCode) {}

    /** What is told of a node's lives. */
    interface Witness {
        void started(ClusterNode node, Life life);

        void ended(ClusterNode node, Life life);
    }

    private final Network.Place place;
    private final Path directory;
    private final List<String> command;
    private final Map<String, String> settings;
    private final Witness witness;
    private final List<Life> lives = new ArrayList<>();
    private Process process;
    private boolean wanted;

    /**
     * @param directory for the logs
     * @param command that starts a node
     * @param settings environment variables
     */
    ClusterNode(
            Network.Place place, Path directory, List<String> command, Map<String, String> settings, Witness witness) {
        this.place = place;
        this.directory = directory;
        this.command = List.copyOf(command);
        this.settings = Map.copyOf(settings);
        this.witness = witness;
    }

    String name() {
        return place.name();
    }

    Network.Place place() {
        return place;
    }

    URI api() {
        return URI.create("http://" + place.address() + ":" + API_PORT);
    }

    URI management() {
        return URI.create("http://" + place.address() + ":" + MANAGEMENT_PORT);
    }

    /** Starts it, and again whenever it ends. */
    synchronized void start() {
        wanted = true;
        if (process != null && process.isAlive()) {
            return;
        }
        int number = lives.size() + 1;
        Path log = directory.resolve(name() + "-" + number + ".log");
        ProcessBuilder builder = new ProcessBuilder(place.command(command));
        builder.environment()
                .keySet()
                .removeIf(it -> it.startsWith("LULL_") || it.startsWith("JAVA_") || it.startsWith("JDK_"));
        builder.environment().putAll(settings);
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Life life = new Life(number, log, Instant.now(), Optional.empty(), 0);
        lives.add(life);
        witness.started(this, life);
        process.onExit().thenAccept(ended -> ended(life, ended.exitValue()));
    }

    private void ended(Life life, int exitCode) {
        boolean again;
        Life whole = new Life(life.number(), life.log(), life.started(), Optional.of(Instant.now()), exitCode);
        synchronized (this) {
            lives.set(life.number() - 1, whole);
            again = wanted;
        }
        witness.ended(this, whole);
        if (again) {
            CompletableFuture.delayedExecutor(BACK_OFF.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(this::startIfWanted);
        }
    }

    private synchronized void startIfWanted() {
        if (wanted) {
            start();
        }
    }

    synchronized List<Life> lives() {
        return List.copyOf(lives);
    }

    synchronized long pid() {
        return process.pid();
    }

    synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** As a crash. It does not come back before {@link #start}. */
    void killForNow() {
        synchronized (this) {
            wanted = false;
        }
        process.destroyForcibly();
        process.onExit().orTimeout(END.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** As a crash. The supervisor starts it again. */
    void kill() {
        process.destroyForcibly();
    }

    /** Tells it to stop, as a rolling restart does, and returns when it has. The supervisor starts it again. */
    int stop() {
        Process stopping = process;
        stopping.destroy();
        stopping.onExit().orTimeout(END.toSeconds(), TimeUnit.SECONDS).join();
        return stopping.exitValue();
    }

    /** Stands still from now on. */
    Instant pause() {
        Shell.signal("STOP", pid());
        return Instant.now();
    }

    /** Goes on where it stood. */
    Instant resume() {
        Shell.signal("CONT", pid());
        return Instant.now();
    }

    /** The files, sockets and pipes that it has open. */
    int openFiles() {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid() + "/fd"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether an end was somebody's wish: a signal of ours, or a stop. */
    static boolean wasKilled(Life life) {
        return life.exitCode() == KILLED;
    }

    @Override
    public void close() {
        synchronized (this) {
            wanted = false;
        }
        if (process != null) {
            process.destroyForcibly();
            process.onExit().orTimeout(END.toSeconds(), TimeUnit.SECONDS).join();
        }
    }

    @Override
    public String toString() {
        return name();
    }
}

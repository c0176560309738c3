package lull.database;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running server and its keeper.
 *
 * <p>The keeper is a shell that starts the server, reads its standard input until the end, and then tells the server to
 * stop. The input is a pipe from this JVM, and the kernel closes it when the JVM ends, in whatever way. So there is one
 * path by which the server stops, walked at every stop, and there is no moment at which a server runs without it. The
 * keeper ignores the signals of a terminal, which reach it together with the node: the node is to finish its requests
 * first. ({@code pg_ctl} gives the server itself a session of its own.)
 *
 * <p>The keeper stops the process that it started, not whatever runs in the directory: if it is slow, that is the
 * server of the next node.
 */
final class ServerProcess implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServerProcess.class);

    /** Recovery after a crash of the machine may have to repeat a gigabyte of log. */
    private static final Duration START = Duration.ofMinutes(3);

    /** How long a server or its last children may take to go away before the next start. */
    private static final Duration LEFTOVER = Duration.ofSeconds(60);

    /** A stop writes what is in memory to the disk, at most {@code shared_buffers}. */
    private static final Duration STOP = Duration.ofSeconds(60);

    private static final long LARGEST_LOG = 10 << 20;
    private static final int SHOWN_LOG_LINES = 15;

    /**
     * Arguments: pg_ctl, data directory, log, options of the server, seconds to wait. Says "started" and the process
     * id, or nothing.
     */
    private static final String KEEPER = """
            trap '' INT TERM HUP QUIT PIPE
            "$1" start -D "$2" -l "$3" -o "$4" -t "$5" -w -s </dev/null >>"$3" 2>&1 || exit 1
            read -r pid <"$2/postmaster.pid" || exit 1
            echo "started $pid"
            cat >/dev/null
            kill -INT "$pid"
            """;

    private final Path data;
    private final Binaries binaries;
    private final Programs programs;
    private final Process keeper;
    private final int port;
    private final long pid;

    private ServerProcess(Path data, Binaries binaries, Programs programs, Process keeper, int port, long pid) {
        this.data = data;
        this.binaries = binaries;
        this.programs = programs;
        this.keeper = keeper;
        this.port = port;
        this.pid = pid;
    }

    /** @throws DatabaseException with the last lines of the server's log, if it does not start */
    static ServerProcess start(Home home, Binaries binaries, Programs programs) {
        return start(home, binaries, programs, ServerProcess::freePort);
    }

    /** As above, with ports to try. */
    static ServerProcess start(Home home, Binaries binaries, Programs programs, IntSupplier ports) {
        long end = System.nanoTime() + LEFTOVER.toNanos();
        try {
            rotate(home.log());
            while (true) {
                stopLeftover(home.data(), binaries, programs);
                long logged = Files.exists(home.log()) ? Files.size(home.log()) : 0;
                int port = ports.getAsInt();
                Process keeper = keep(home, binaries, programs, port);
                OptionalLong pid = started(keeper);
                if (pid.isPresent()) {
                    return new ServerProcess(home.data(), binaries, programs, keeper, port, pid.getAsLong());
                }
                String said = readFrom(home.log(), logged);
                if (!passes(said) || System.nanoTime() > end) {
                    stopLeftover(home.data(), binaries, programs);
                    throw new DatabaseException(
                            "PostgreSQL did not start. The end of " + home.log() + ":\n" + tail(said));
                }
                log.info("PostgreSQL did not start yet, trying again: {}", reason(said));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            }
        } catch (IOException e) {
            throw new DatabaseException("PostgreSQL cannot be started in " + home.path() + ": " + e);
        }
    }

    private static Process keep(Home home, Binaries binaries, Programs programs, int port) throws IOException {
        return programs.builder(List.of(
                        "sh",
                        "-c",
                        KEEPER,
                        "lull-postgres-keeper",
                        binaries.program("pg_ctl"),
                        home.data().toString(),
                        home.log().toString(),
                        "-c listen_addresses=127.0.0.1 -c port=" + port,
                        Long.toString(START.toSeconds())))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static OptionalLong started(Process keeper) throws IOException {
        BufferedReader said =
                new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.US_ASCII));
        String line = said.readLine();
        return line == null
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(line.substring("started ".length())));
    }

    /**
     * Whether the reason is one that time or another port cures: the port was taken meanwhile, or a server before us is
     * not quite gone.
     */
    private static boolean passes(String said) {
        return said.contains("Address already in use")
                || said.contains("lock file \"postmaster.pid\"")
                || said.contains("is still in use");
    }

    private static String reason(String said) {
        return said.lines().filter(ServerProcess::passes).findFirst().orElse("");
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new DatabaseException("no port is free on 127.0.0.1: " + e.getMessage());
        }
    }

    /**
     * Stops a server that runs in the data directory: one whose node was killed, and whose keeper is about to do the
     * same. If the recorded process is another program, which got the number after a restart of the machine or
     * container, or is dead but for its entry in the process table, the record goes: PostgreSQL sees only that the
     * number is taken, and would refuse to start for ever. (Should we be wrong, its shared memory still tells
     * PostgreSQL of the other server.)
     */
    private static void stopLeftover(Path data, Binaries binaries, Programs programs) throws IOException {
        Path record = data.resolve("postmaster.pid");
        OptionalLong pid = recordedPid(record);
        if (pid.isEmpty() || !isAlive(pid.getAsLong())) {
            return;
        }
        if (!isServerOf(data, pid.getAsLong())) {
            log.info(
                    "{} names process {}, which is no server of this directory (any more): removed",
                    record,
                    pid.getAsLong());
            Files.deleteIfExists(record);
            return;
        }
        log.info("stopping the PostgreSQL that an earlier node left behind (process {})", pid.getAsLong());
        for (String mode : List.of("fast", "immediate")) {
            Programs.Result result = stop(data, binaries, programs, mode);
            if (result.status() == 0 || recordedPid(record).isEmpty() || !isAlive(pid.getAsLong())) {
                return;
            }
            log.warn(
                    "PostgreSQL (process {}) does not stop in mode {}: {}",
                    pid.getAsLong(),
                    mode,
                    result.output().strip());
        }
        throw new DatabaseException("the PostgreSQL that an earlier node left behind (process " + pid.getAsLong()
                + ") does not stop. End it by hand");
    }

    private static Programs.Result stop(Path data, Binaries binaries, Programs programs, String mode)
            throws IOException {
        return programs.tryRun(
                "",
                STOP.plusSeconds(5),
                List.of(
                        binaries.program("pg_ctl"),
                        "stop",
                        "-D",
                        data.toString(),
                        "-m",
                        mode,
                        "-w",
                        "-s",
                        "-t",
                        Long.toString(STOP.toSeconds())));
    }

    private static OptionalLong recordedPid(Path record) throws IOException {
        try {
            String first =
                    Files.readString(record).lines().findFirst().orElse("").strip();
            return first.matches("\\d{1,10}") ? OptionalLong.of(Long.parseLong(first)) : OptionalLong.empty();
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** By its program and, where the system tells them, its arguments. */
    private static boolean isServerOf(Path data, long pid) {
        ProcessHandle.Info info = ProcessHandle.of(pid).map(ProcessHandle::info).orElse(null);
        return info != null
                && info.command()
                        .map(command -> command.matches(".*/postgres( \\(deleted\\))?"))
                        .orElse(false)
                && info.arguments()
                        .map(arguments -> Arrays.asList(arguments).contains(data.toString()))
                        .orElse(true);
    }

    private static void rotate(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > LARGEST_LOG) {
            Files.move(log, log.resolveSibling("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String readFrom(Path log, long position) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(position, file.length() - LARGEST_LOG));
            byte[] bytes = new byte[(int) (file.length() - file.getFilePointer())];
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static String tail(String said) {
        List<String> lines = said.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LOG_LINES), lines.size()));
    }

    int port() {
        return port;
    }

    long pid() {
        return pid;
    }

    /** Lets the keeper stop the server and waits for it; does it ourselves if the keeper was killed. */
    @Override
    public void close() {
        try {
            keeper.getOutputStream().close();
            Programs.waitFor(keeper, Duration.ofSeconds(5));
            OptionalLong running = recordedPid(data.resolve("postmaster.pid"));
            if (running.equals(OptionalLong.of(pid)) && isAlive(pid)) {
                Programs.Result stopped = stop(data, binaries, programs, "fast");
                if (stopped.status() != 0 && isAlive(pid)) {
                    log.warn(
                            "PostgreSQL does not stop, cutting it short: {}",
                            stopped.output().strip());
                    stop(data, binaries, programs, "immediate");
                }
            }
        } catch (IOException e) {
            throw new DatabaseException("PostgreSQL (process " + pid + ") cannot be stopped: " + e);
        }
    }
}

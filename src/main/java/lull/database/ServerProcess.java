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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running server and its keeper.
 *
 * <p>The keeper is a shell that starts the server, reads the {@link LifeLine} until the end, and then tells the server
 * to stop. That end comes when nobody uses the server any more, in whatever way the users ended. So there is one path by
 * which the server stops, walked at every stop, and there is no moment at which a server runs without it. The keeper is
 * born with the life line as its standard input, so it can come by no other one. It ignores the signals of a terminal,
 * which reach it together with the node: the node is to finish its requests first. Where the system has {@code setsid}
 * it is not in the node's group of processes either, as others may use the server when somebody kills that group.
 * ({@code pg_ctl} gives the server itself a session of its own.)
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

    /** How long a keeper that is alive takes to answer, and then to stop the server, at most. */
    private static final Duration KEEPER = Duration.ofSeconds(5);

    private static final long LARGEST_LOG = 10 << 20;
    private static final int SHOWN_LOG_LINES = 15;

    /** Of postmaster.pid, counted from 0. */
    private static final int PORT_LINE = 3;

    /** So that who kills the group of processes of a node leaves the server to the others. */
    private static final String APART = """
            command -v setsid >/dev/null && exec setsid "$@"
            exec "$@"
            """;

    /**
     * Arguments: pg_ctl, data directory, log, seconds to wait, file for answers, options of the server. Without the
     * last, the server is running already. Says "started" and the process id, or nothing.
     */
    private static final String KEEP = """
            trap '' INT TERM HUP QUIT PIPE
            if [ "$6" ]; then
              "$1" start -D "$2" -l "$3" -o "$6" -t "$4" -w -s </dev/null >>"$3" 2>&1 || exit 1
            fi
            read -r pid <"$2/postmaster.pid" || exit 1
            echo "started $pid"
            while read -r word; do echo "$word" >"$5"; done
            kill -INT "$pid"
            """;

    private final Path data;
    private final Binaries binaries;
    private final Programs programs;
    private final LifeLine lifeLine;
    private final int port;
    private final long pid;

    private ServerProcess(Home home, Binaries binaries, Programs programs, LifeLine lifeLine, int port, long pid) {
        this.data = home.data();
        this.binaries = binaries;
        this.programs = programs;
        this.lifeLine = lifeLine;
        this.port = port;
        this.pid = pid;
    }

    /** @throws DatabaseException with the last lines of the server's log, if it does not start */
    static ServerProcess start(Home home, Binaries binaries, Programs programs) {
        return start(home, binaries, programs, ServerProcess::freePort);
    }

    /** As above, with ports to try. */
    static ServerProcess start(Home home, Binaries binaries, Programs programs, IntSupplier ports) {
        try {
            rotate(home.log());
            LifeLine lifeLine = LifeLine.create(home, programs);
            try {
                return start(home, binaries, programs, ports, lifeLine);
            } catch (IOException | RuntimeException e) {
                lifeLine.close();
                throw e;
            }
        } catch (IOException e) {
            throw new DatabaseException("PostgreSQL cannot be started in " + home.path() + ": " + e);
        }
    }

    private static ServerProcess start(
            Home home, Binaries binaries, Programs programs, IntSupplier ports, LifeLine lifeLine) throws IOException {
        long end = System.nanoTime() + LEFTOVER.toNanos();
        while (true) {
            stopLeftover(home.data(), binaries, programs);
            long logged = Files.exists(home.log()) ? Files.size(home.log()) : 0;
            int port = ports.getAsInt();
            OptionalLong pid =
                    keep(home, binaries, programs, lifeLine, "-c listen_addresses=127.0.0.1 -c port=" + port);
            if (pid.isPresent()) {
                return new ServerProcess(home, binaries, programs, lifeLine, port, pid.getAsLong());
            }
            String said = readFrom(home.log(), logged);
            if (!passes(said) || System.nanoTime() > end) {
                stopLeftover(home.data(), binaries, programs);
                throw new DatabaseException("PostgreSQL did not start. The end of " + home.log() + ":\n" + tail(said));
            }
            log.info("PostgreSQL did not start yet, trying again: {}", reason(said));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    /**
     * Becomes a user of the server that others use. The lock alone does not tell that it will go on: as a process ends,
     * the kernel may take its share of the life line before its share of the lock. The keeper's answer does.
     *
     * @return empty if nobody uses it any more: it is about to stop
     * @throws DatabaseException if others are there and the server is not
     */
    static Optional<ServerProcess> join(Home home, Binaries binaries, Programs programs) {
        try {
            LifeLine lifeLine = LifeLine.open(home);
            try {
                Optional<ServerProcess> joined = join(home, binaries, programs, lifeLine);
                if (joined.isEmpty()) {
                    lifeLine.close();
                }
                return joined;
            } catch (IOException | RuntimeException e) {
                lifeLine.close();
                throw e;
            }
        } catch (IOException e) {
            throw new DatabaseException("the PostgreSQL in " + home.path() + " cannot be joined: " + e);
        }
    }

    private static Optional<ServerProcess> join(Home home, Binaries binaries, Programs programs, LifeLine lifeLine)
            throws IOException {
        Path record = home.data().resolve("postmaster.pid");
        long end = System.nanoTime() + KEEPER.toNanos();
        boolean kept;
        lifeLine.ask();
        while (!(kept = lifeLine.isAnswered()) && System.nanoTime() < end) {
            if (!home.isUsed()) {
                return Optional.empty();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        OptionalLong pid = recordedPid(record);
        if (pid.isEmpty() || !isServerOf(home.data(), pid.getAsLong())) {
            throw new DatabaseException("the PostgreSQL in " + home.path() + " has ended, and " + home.others()
                    + " would still use it. Stop that first, then start again");
        }
        if (!kept) {
            log.warn("the keeper of PostgreSQL (process {}) does not answer: here is another one", pid.getAsLong());
            if (keep(home, binaries, programs, lifeLine, "").isEmpty()) {
                throw new IOException("no keeper starts");
            }
        }
        int port = Integer.parseInt(Files.readAllLines(record).get(PORT_LINE).strip());
        return Optional.of(new ServerProcess(home, binaries, programs, lifeLine, port, pid.getAsLong()));
    }

    private static OptionalLong keep(Home home, Binaries binaries, Programs programs, LifeLine lifeLine, String options)
            throws IOException {
        return started(programs.builder(List.of(
                        "sh",
                        "-c",
                        APART,
                        "lull",
                        "sh",
                        "-c",
                        KEEP,
                        "lull-postgres-keeper",
                        binaries.program("pg_ctl"),
                        home.data().toString(),
                        home.log().toString(),
                        Long.toString(START.toSeconds()),
                        home.answer().toString(),
                        options))
                .redirectInput(lifeLine.pipe())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
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

    /** A user no more; the others go on. */
    void leave() {
        try {
            lifeLine.close();
        } catch (IOException e) {
            throw new DatabaseException("PostgreSQL (process " + pid + ") cannot be let go: " + e);
        }
    }

    /** For the last user: lets the keeper stop the server and waits for it; does it ourselves if the keeper does not. */
    @Override
    public void close() {
        leave();
        try {
            long end = System.nanoTime() + KEEPER.toNanos();
            while (isRunning() && System.nanoTime() < end) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
            if (isRunning()) {
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

    private boolean isRunning() throws IOException {
        return recordedPid(data.resolve("postmaster.pid")).equals(OptionalLong.of(pid)) && isAlive(pid);
    }
}

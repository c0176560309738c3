package lull.database;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a server, and this process's part in it: first at the gate, alone; then, after {@link #stay}, one of
 * its users (see {@link HomeLock}).
 */
final class Home implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Home.class);

    /**
     * The homes that this JVM holds. A lock of POSIX belongs to the process and goes when the process closes
     * <em>any</em> descriptor of the file, so a second claim in the same JVM must be refused before it opens one.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /** Longer than a start takes, the recovery after a crash of the machine included. */
    private static final Duration OTHERS_START = Duration.ofMinutes(5);

    /** Longer than another node takes to join the server. Who waits longer leaves it to the keeper. */
    private static final Duration OTHERS_JOIN = Duration.ofSeconds(30);

    private final Path path;
    private final boolean root;
    private final HomeLock lock;

    private Home(Path path, boolean root, HomeLock lock) {
        this.path = path;
        this.root = root;
        this.lock = lock;
    }

    /**
     * Creates the directory if need be and comes to its gate, as soon as nobody else is there.
     *
     * @throws DatabaseException if this process has it already, somebody is at the gate for minutes, or this user
     * cannot use it
     */
    static Home enter(Path directory) {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new DatabaseException(directory + " is not a directory. Choose another one with LULL_HOME");
        }
        try {
            Files.createDirectories(directory.toAbsolutePath().getParent());
            // Several nodes may start at once in a new home: one creates it, and that is no error for the others.
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path path = directory.toRealPath();
            if (path.toString().matches("(?s).*[\"$`\\\\\n].*")) {
                throw new DatabaseException("the directory " + path
                        + " has a \", $, ` or \\ in its name, which PostgreSQL's pg_ctl hands to a shell."
                        + " Choose another one with LULL_HOME");
            }
            int user = requireOwn(path);
            if (!HELD.add(path)) {
                throw inUse(path, "process " + ProcessHandle.current().pid());
            }
            try {
                return new Home(path, user == 0, gate(path));
            } catch (IOException | RuntimeException e) {
                HELD.remove(path);
                throw e;
            }
        } catch (AccessDeniedException e) {
            throw new DatabaseException(
                    "the directory " + directory + " is closed to user " + System.getProperty("user.name")
                            + ". Start as the user it belongs to, or choose another one with LULL_HOME");
        } catch (IOException e) {
            throw new DatabaseException(
                    "the directory " + directory + " cannot be used: " + e + ". Choose another one with LULL_HOME");
        }
    }

    /**
     * PostgreSQL opens only what its own user owns; and root, as {@link Programs} runs it, has no rights over what
     * others own.
     */
    private static int requireOwn(Path path) throws IOException {
        Path probe = Files.createTempFile(path, "owner-", "");
        int user = owner(probe);
        Files.delete(probe);
        Path data = path.resolve("data");
        Path judged = Files.exists(data) ? data : path;
        boolean own = owner(judged) == user && (user != 0 || owner(path) == 0);
        if (own || judged == path && user != 0) {
            return user;
        }
        throw new DatabaseException("the directory " + judged + " belongs to user "
                + Files.getOwner(judged).getName() + ", and this node runs as " + System.getProperty("user.name")
                + ". Start as the user it belongs to, or choose another one with LULL_HOME");
    }

    private static int owner(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid");
    }

    private static HomeLock gate(Path home) throws IOException {
        HomeLock lock = HomeLock.open(home.resolve("lock"));
        if (lock.enterGate(Duration.ofSeconds(1))) {
            return lock;
        }
        log.info("waiting for a node that is starting or stopping its PostgreSQL in {}", home);
        if (lock.enterGate(OTHERS_START)) {
            return lock;
        }
        lock.close();
        throw new DatabaseException("a node has been starting or stopping its PostgreSQL in " + home + " for "
                + OTHERS_START.toMinutes() + " minutes. End it, or choose another directory with LULL_HOME");
    }

    /** At the gate: whether other processes use the home. Nobody can join them now, but they may go. */
    boolean isUsed() {
        try {
            return lock.isUsed();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** The other users, for messages: "process 12" or "processes 12, 34". */
    String others() {
        try {
            return lock.others();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** What to say to one who may not share. */
    DatabaseException inUse() {
        return inUse(path, others());
    }

    private static DatabaseException inUse(Path home, String holder) {
        return new DatabaseException("the directory " + home + " is in use by " + holder
                + ". Stop that node first, or choose another directory with LULL_HOME; or, to join that node's"
                + " cluster, set LULL_CONTACT_POINTS to its management address");
    }

    /** Leaves the gate as one of the users. */
    void stay() {
        try {
            lock.enterRoom();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /**
     * A user no more, and back at the gate to do what remains to be done, if this was the last one.
     *
     * @return whether nobody uses the home any more
     */
    boolean leave() {
        try {
            return lock.returnToGate(OTHERS_JOIN) && !lock.isUsed();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private DatabaseException unusable(IOException e) {
        return new DatabaseException("the lock of " + path + " cannot be used: " + e);
    }

    Path path() {
        return path;
    }

    /** Whether this process is root, whom PostgreSQL refuses. */
    boolean isRoots() {
        return root;
    }

    Path data() {
        return path.resolve("data");
    }

    Path password() {
        return path.resolve("password");
    }

    Path lifeLine() {
        return path.resolve("lifeline");
    }

    /** Where the keeper answers those who ask by the life line. */
    Path answer() {
        return path.resolve("lifeline.answer");
    }

    Path log() {
        return path.resolve("postgres.log");
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new DatabaseException("the lock of " + path + " cannot be given back: " + e);
        } finally {
            HELD.remove(path);
        }
    }
}

package lull.database;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A node's own directory, locked for as long as the node lives. The kernel drops the lock with the process, however it
 * ends, so a lock is never stale.
 */
final class Home implements AutoCloseable {

    /**
     * The homes that this JVM holds. A lock of POSIX belongs to the process and goes when the process closes
     * <em>any</em> channel of the file, so a second claim in the same JVM must be refused before it opens one.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final boolean root;
    private final FileChannel channel;

    private Home(Path path, boolean root, FileChannel channel) {
        this.path = path;
        this.root = root;
        this.channel = channel;
    }

    /**
     * Creates the directory if need be and locks it.
     *
     * @throws DatabaseException if another node holds it, or this user cannot use it
     */
    static Home claim(Path directory) {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new DatabaseException(directory + " is not a directory. Choose another one with LULL_HOME");
        }
        try {
            Files.createDirectories(directory.toAbsolutePath().getParent());
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Path path = directory.toRealPath();
            if (path.toString().matches("(?s).*[\"$`\\\\\n].*")) {
                throw new DatabaseException("the directory " + path
                        + " has a \", $, ` or \\ in its name, which PostgreSQL's pg_ctl hands to a shell."
                        + " Choose another one with LULL_HOME");
            }
            int user = requireOwn(path);
            if (!HELD.add(path)) {
                throw inUse(path, Long.toString(ProcessHandle.current().pid()));
            }
            try {
                return new Home(path, user == 0, lock(path));
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

    private static FileChannel lock(Path home) throws IOException {
        FileChannel channel = FileChannel.open(
                home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            ByteBuffer holder = ByteBuffer.allocate(32);
            channel.read(holder, 0);
            channel.close();
            throw inUse(home, new String(holder.array(), 0, holder.position(), StandardCharsets.US_ASCII).trim());
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        return channel;
    }

    private static DatabaseException inUse(Path home, String holder) {
        return new DatabaseException(
                "the directory " + home + " is in use by process " + (holder.isEmpty() ? "(unknown)" : holder)
                        + ". Stop that node first, or choose another directory with LULL_HOME");
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

    Path log() {
        return path.resolve("postgres.log");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new DatabaseException("the lock of " + path + " cannot be given back: " + e);
        } finally {
            HELD.remove(path);
        }
    }
}

package lull.database;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who uses a home, told by locks on two bytes of a file: the <em>gate</em>, which one process at a time holds while it
 * comes or goes, and the <em>room</em>, of which every user of the home holds a share. The kernel drops both with the
 * process, however it ends, so neither is ever stale. What is written in the file, the users' process ids, is for
 * messages only.
 */
final class HomeLock implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HomeLock.class);

    private static final int GATE = 0;
    private static final int ROOM = 1;

    /** Not a channel of its own: reading and writing one closes it if the thread is interrupted, and the locks go. */
    private final RandomAccessFile file;

    private FileLock gate;
    private FileLock room;

    private HomeLock(RandomAccessFile file) {
        this.file = file;
    }

    static HomeLock open(Path file) throws IOException {
        return new HomeLock(new RandomAccessFile(file.toFile(), "rw"));
    }

    /** Waits for the gate and takes it; false if somebody else holds it for too long. */
    boolean enterGate(Duration limit) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        while ((gate = file.getChannel().tryLock(GATE, 1, false)) == null) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return true;
    }

    /** At the gate: whether others are in the room. Nobody can come meanwhile, but they may go. */
    boolean isUsed() throws IOException {
        FileLock alone = file.getChannel().tryLock(ROOM, 1, false);
        if (alone == null) {
            return true;
        }
        alone.release();
        return false;
    }

    /** From the gate into the room. */
    void enterRoom() throws IOException {
        room = file.getChannel().tryLock(ROOM, 1, true);
        write(users() + ProcessHandle.current().pid() + "\n");
        gate.release();
    }

    /** From the room back to the gate; false if somebody else holds the gate for too long. */
    boolean returnToGate(Duration limit) throws IOException {
        if (!enterGate(limit)) {
            return false;
        }
        room.release();
        write(users());
        return true;
    }

    /** The other processes that said they came, a line each, without those that have ended since. */
    private String users() throws IOException {
        byte[] text = new byte[(int) Math.min(file.length(), 4096)];
        file.seek(0);
        int length = Math.max(0, file.read(text));
        StringBuilder users = new StringBuilder();
        new String(text, 0, length, StandardCharsets.US_ASCII)
                .lines()
                .filter(line -> line.matches("\\d{1,10}"))
                .map(Long::valueOf)
                .filter(pid -> pid != ProcessHandle.current().pid())
                .filter(pid -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
                .distinct()
                .forEach(pid -> users.append(pid).append('\n'));
        return users.toString();
    }

    /** For messages: "process 12" or "processes 12, 34". */
    String others() throws IOException {
        List<String> users = users().lines().toList();
        return (users.size() > 1 ? "processes " : "process ")
                + (users.isEmpty() ? "(unknown)" : String.join(", ", users));
    }

    private void write(String text) {
        try {
            file.seek(0);
            file.setLength(0);
            file.write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            log.warn("the users of the PostgreSQL cannot be written down: {}", e.toString());
        }
    }

    /** Out, wherever it was. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}

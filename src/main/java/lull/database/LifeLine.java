package lull.database;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * What tells a server's keeper that somebody still uses the server: a named pipe, which every user holds open for
 * writing and the keeper reads. The keeper comes to the end of it when the last user is gone, in whatever way, as the
 * kernel closes what a process had open. (The programs that a node starts do not hold it: Java closes all but the
 * standard streams for them.)
 *
 * <p>Who opens the pipe of a running server cannot know whether the keeper had come to the end just before. So it asks:
 * it writes a word into the pipe, and the keeper repeats it in a file. A keeper that answers has not come to the end,
 * and will not while the pipe is held.
 */
final class LifeLine implements AutoCloseable {

    private final Path pipe;
    private final Path answer;
    private final FileChannel channel;
    private final String word = UUID.randomUUID().toString();

    private LifeLine(Path pipe, Path answer, FileChannel channel) {
        this.pipe = pipe;
        this.answer = answer;
        this.channel = channel;
    }

    /** A new one. The keeper of an earlier server has the earlier pipe, and comes to the end of that one. */
    static LifeLine create(Home home, Programs programs) throws IOException {
        Files.deleteIfExists(home.lifeLine());
        Programs.Result made = programs.tryRun(
                "",
                Duration.ofSeconds(30),
                List.of("mkfifo", "-m", "600", home.lifeLine().toString()));
        if (made.status() != 0) {
            throw new IOException("no named pipe: " + made.output().strip());
        }
        return open(home);
    }

    /** That of the running server. */
    static LifeLine open(Home home) throws IOException {
        // For reading, too: otherwise this would wait until somebody reads.
        FileChannel channel = FileChannel.open(home.lifeLine(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new LifeLine(home.lifeLine(), home.answer(), channel);
    }

    /** For the standard input of a keeper. */
    File pipe() {
        return pipe.toFile();
    }

    void ask() throws IOException {
        channel.write(ByteBuffer.wrap((word + "\n").getBytes(StandardCharsets.US_ASCII)));
    }

    boolean isAnswered() throws IOException {
        try {
            return Files.readString(answer).strip().equals(word);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

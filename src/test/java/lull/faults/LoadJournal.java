package lull.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** The file that the load client appends to. Safe for all threads. */
final class LoadJournal implements AutoCloseable {

    private final Writer out;

    LoadJournal(Path file) throws IOException {
        this.out = Files.newBufferedWriter(file);
    }

    synchronized void add(LoadRecord line) {
        try {
            line.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void ready(String node, boolean ready) {
        try {
            out.write("{\"node\":\"" + node + "\",\"ready\":" + ready + ",\"at\":\"" + Instant.now() + "\"}\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package lull.tools;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** The transitions as they come, in journal order. */
final class TransitionFile implements Closeable {

    private final CompleteFile file;
    private long last;
    private volatile long lines;

    TransitionFile(Path path) throws IOException {
        file = new CompleteFile(path);
    }

    /**
     * Appends one transition.
     *
     * @throws IOException if it is not one whole JSON object with a later {@code sequence} than the one before: nothing is written then,
     *     and it may be fetched again
     */
    void add(String json) throws IOException {
        String sequence = LineFormat.flat(json).get("sequence");
        if (sequence == null || !sequence.matches("\\d{1,18}")) {
            throw new IOException("a transition without its sequence: " + LineFormat.shortened(json));
        }
        long next = Long.parseLong(sequence);
        if (next <= last) {
            throw new IOException("transition " + next + " came after " + last);
        }
        file.add(json);
        last = next;
        lines++;
    }

    /** The sequence of the last transition; 0 if there is none yet. */
    long last() {
        return last;
    }

    long lines() {
        return lines;
    }

    void complete() throws IOException {
        file.complete();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

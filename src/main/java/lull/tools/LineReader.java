package lull.tools;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a JSON Lines file line by line. */
final class LineReader implements Closeable {

    private final Path file;
    private final BufferedReader reader;
    private long number;

    LineReader(Path file) throws IOException {
        this.file = file;
        this.reader = Files.newBufferedReader(file);
    }

    /**
     * The next line that is not blank; empty at the end of the file.
     *
     * @throws ReplayFailed naming the line that cannot be understood
     */
    Optional<Numbered> next() throws IOException, ReplayFailed {
        String text;
        do {
            text = read();
            if (text == null) {
                return Optional.empty();
            }
            number++;
        } while (text.isBlank());
        try {
            return Optional.of(new Numbered(number, LineFormat.read(text)));
        } catch (IllegalArgumentException e) {
            throw new ReplayFailed(file + ", line " + number + ": " + e.getMessage(), e);
        }
    }

    private String read() throws IOException, ReplayFailed {
        try {
            return reader.readLine();
        } catch (CharacterCodingException e) {
            throw new ReplayFailed(file + ", at or after line " + (number + 1) + ": not UTF-8", e);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}

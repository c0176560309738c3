package lull.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A home for the measured node, which goes with the benchmark. */
record TemporaryHome(Path path) implements AutoCloseable {

    static TemporaryHome create() throws IOException {
        return new TemporaryHome(Files.createTempDirectory("lull-bench-"));
    }

    /** Deletes it. A second time does nothing. */
    @Override
    public void close() {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> found = Files.walk(path)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        all.forEach(it -> it.toFile().delete());
    }
}

package lull.database;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Deletes whole directories. */
final class Trees {

    private Trees() {}

    /**
     * Deletes a directory and what is in it, links themselves and not what they point to. One that is missing is fine.
     */
    static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Deletes the directories of a parent whose names begin so: what a process that was killed had left unfinished. */
    static void deleteUnfinished(Path parent, String prefix) throws IOException {
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(parent, prefix + "*")) {
            for (Path directory : unfinished) {
                delete(directory);
            }
        }
    }
}

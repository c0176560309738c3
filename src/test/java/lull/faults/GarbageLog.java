package lull.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is left in the heaps of the nodes after their collections, from the logs that the JVM keeps. */
final class GarbageLog {

    private static final String FILES = "gc-*.log";
    private static final Pattern COLLECTION = Pattern.compile("\\[([^]]+)].* \\d+M->(\\d+)M\\(\\d+M\\).*");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSZ");

    private GarbageLog() {}

    /** The option of a JVM that keeps such a log. */
    static String option(Path directory, String node) {
        return "-Xlog:gc:file=" + directory.resolve(FILES.replace("*", node + "-%p")) + ":utctime:filecount=0";
    }

    /** The most megabytes that were left after any collection since a moment, of any node. */
    static int most(Path directory, Instant since) {
        int most = 0;
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, FILES)) {
            for (Path log : logs) {
                try (Stream<String> lines = Files.lines(log)) {
                    most = Math.max(
                            most,
                            lines.map(COLLECTION::matcher)
                                    .filter(Matcher::matches)
                                    .filter(it -> OffsetDateTime.parse(it.group(1), TIME)
                                            .toInstant()
                                            .isAfter(since))
                                    .mapToInt(it -> Integer.parseInt(it.group(2)))
                                    .max()
                                    .orElse(0));
                }
            }
            return most;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

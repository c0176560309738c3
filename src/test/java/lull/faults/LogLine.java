package lull.faults;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line of a node's log that has a time; those of a stack trace have none. */
record LogLine(String node, Instant at, String level, String logger, String message) {

    /** How the journal tells that a write of an entity came second. */
    static final String SECOND_WRITER = "has a second writer, which was first";

    private static final Pattern FORM = Pattern.compile("(\\S+Z) (\\S+) +(\\S+) - (.*)");

    static Optional<LogLine> parse(String node, String line) {
        Matcher parts = FORM.matcher(line);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            Instant at = Instant.parse(parts.group(1));
            return Optional.of(new LogLine(node, at, parts.group(2), parts.group(3), parts.group(4)));
        } catch (DateTimeParseException noTime) {
            return Optional.empty();
        }
    }
}

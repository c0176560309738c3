package lull.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What was measured under a fault, and what was not as it must be. */
final class Report {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param bound in words; empty: there is none */
    private record Figure(String name, double value, String unit, String bound) {
        @Override
        public String toString() {
            String number = value == Math.rint(value)
                    ? String.format(Locale.ROOT, "%,.0f", value)
                    : String.format(Locale.ROOT, "%.1f", value);
            return name + " " + number + (unit.isEmpty() ? "" : " " + unit)
                    + (bound.isEmpty() ? "" : " (" + bound + ")");
        }
    }

    private final String fault;
    private final long seed;
    private final List<Figure> figures = new ArrayList<>();
    private final Map<String, String> notes = new LinkedHashMap<>();
    private final boolean timed;
    private final List<String> violations = new ArrayList<>();
    private final List<String> slow = new ArrayList<>();

    /** @param timed whether a figure beyond its bound is a violation; if not, it is told all the same */
    Report(String fault, long seed, boolean timed) {
        this.fault = fault;
        this.seed = seed;
        this.timed = timed;
    }

    void figure(String name, double value, String unit) {
        figures.add(new Figure(name, value, unit, ""));
    }

    void figure(String name, Duration value) {
        figure(name, value.toMillis() / 1e3, "s");
    }

    /** A figure in words. */
    void note(String name, String value) {
        notes.put(name, value);
    }

    /** A figure with a bound, which it may reach. */
    void atMost(String name, double value, double bound, String unit) {
        String words = String.format(Locale.ROOT, "at most %,.0f", bound);
        figures.add(new Figure(name, value, unit, words));
        if (value > bound) {
            String over = String.format(Locale.ROOT, "%s is %s %s: %s allowed", name, value, unit, words);
            late(over);
        }
    }

    /** Something took longer than it may, or went wrong more often. */
    void late(String what) {
        (timed ? violations : slow).add(what);
    }

    void atMost(String name, Duration value, Duration bound) {
        atMost(name, value.toMillis() / 1e3, bound.toMillis() / 1e3, "s");
    }

    void require(boolean holds, String otherwise, Object... values) {
        if (!holds) {
            violate(otherwise, values);
        }
    }

    void violate(String what, Object... values) {
        violations.add(String.format(Locale.ROOT, what, values));
    }

    boolean passed() {
        return violations.isEmpty();
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    /** One line for each figure and each violation. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add((passed() ? "PASS " : "FAIL ") + fault + ", seed " + seed + ": "
                + figures.stream().map(Figure::toString).collect(Collectors.joining(", ")));
        violations.forEach(it -> lines.add("  violated: " + it));
        slow.forEach(it -> lines.add("  slow: " + it));
        return lines;
    }

    /** Adds itself to {@code results.jsonl} and {@code results.md}. */
    void append(Path directory) {
        ObjectNode json = JSON.createObjectNode();
        json.put("fault", fault).put("seed", seed).put("passed", passed());
        ObjectNode values = json.putObject("figures");
        figures.forEach(it -> values.put(it.name() + (it.unit().isEmpty() ? "" : ", " + it.unit()), it.value()));
        notes.forEach(values::put);
        violations.forEach(json.putArray("violations")::add);
        String row = "| " + fault + " | " + (passed() ? "pass" : "FAIL") + " | "
                + figures.stream().map(Figure::toString).collect(Collectors.joining("; ")) + " |";
        try {
            append(directory.resolve("results.jsonl"), JSON.writeValueAsString(json));
            append(directory.resolve("results.md"), row);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static synchronized void append(Path file, String line) {
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was done and what was seen, with the time since the beginning. Said at once, and kept. */
final class Timeline {

    /** @param what in words */
    record Entry(Instant at, String what) {}

    private final String name;
    private final Instant beginning = Instant.now();
    private final List<Entry> entries = new ArrayList<>();

    /** @param name stands before each line */
    Timeline(String name) {
        this.name = name;
    }

    /** Returns now. */
    Instant note(String what, Object... values) {
        return noteAt(Instant.now(), what, values);
    }

    /** Something that has happened a moment ago. */
    Instant noteAt(Instant at, String what, Object... values) {
        Entry entry = new Entry(at, String.format(Locale.ROOT, what, values));
        synchronized (this) {
            entries.add(entry);
        }
        Console.say(line(entry));
        return at;
    }

    private String line(Entry entry) {
        return String.format(
                Locale.ROOT,
                "%-18s %+7.1f s  %s",
                name,
                Duration.between(beginning, entry.at()).toMillis() / 1e3,
                entry.what());
    }

    Instant beginning() {
        return beginning;
    }

    /** All of it, in the order of the times. */
    synchronized List<String> lines() {
        return entries.stream()
                .sorted(java.util.Comparator.comparing(Entry::at))
                .map(this::line)
                .toList();
    }
}

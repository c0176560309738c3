package lull.domain;

import java.time.Instant;

/** The next moment at which time alone changes the state, and by which rule. It has passed once {@code at <= now}. */
public record Deadline(Instant at, Rule rule) implements Comparable<Deadline> {

    /** Earliest first; at one instant in the order of the rules. */
    @Override
    public int compareTo(Deadline other) {
        int byTime = at.compareTo(other.at);
        return byTime != 0 ? byTime : rule.compareTo(other.rule);
    }

    boolean isDue(Instant now) {
        return !at.isAfter(now);
    }
}

package lull.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A stream to be tried, and what it is tried with.
 *
 * @param seed makes it again
 * @param limits the policy
 * @param otherLimits another policy, for tests that change the setting on the way
 * @param horizon how far time runs; {@link Instant#MAX}: until nothing more can come
 * @param lines in order of arrival; none is after the horizon
 */
public record MessageStream(long seed, Limits limits, Limits otherLimits, Instant horizon, List<Line> lines) {

    /** The same without some lines. */
    MessageStream without(int from, int to) {
        List<Line> fewer = new ArrayList<>(lines);
        fewer.subList(from, to).clear();
        return new MessageStream(seed, limits, otherLimits, horizon, fewer);
    }

    /**
     * How far time may run for a conversation before a line of the stream arrives: never past the next of its own
     * lines. A repetition does not count, because it changes nothing, whatever its time.
     *
     * @param next index of the line that arrives next
     */
    public Instant timeMayRunTo(String conversation, int next) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            if (line.conversation().equals(conversation)) {
                boolean repeated = line.messageId().isPresent()
                        && !ids.add(line.messageId().get());
                if (i >= next && !repeated) {
                    return line.at();
                }
            }
        }
        return horizon;
    }

    /** How far time may run for all conversations that have begun. */
    public Instant timeMayRunTo(int next) {
        return lines.subList(0, next).stream()
                .map(Line::conversation)
                .distinct()
                .map(it -> timeMayRunTo(it, next))
                .min(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }

    /** The policy in force when a line arrives, if the setting keeps changing: it depends on nothing but the line. */
    public Limits changingLimits(Line line) {
        return line.hashCode() % 2 == 0 ? limits : otherLimits;
    }

    @Override
    public String toString() {
        return "seed " + seed + "\npolicy " + limits.json() + "\nother policy " + otherLimits.json() + "\nhorizon "
                + (horizon.equals(Instant.MAX) ? "max" : horizon) + "\n"
                + lines.stream().map(Line::json).collect(Collectors.joining("\n"));
    }
}

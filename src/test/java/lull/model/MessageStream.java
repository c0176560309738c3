package lull.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

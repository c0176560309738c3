package lull.tools;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lull.domain.Authority;
import lull.domain.Direction;
import lull.domain.Policy;

/** One made-up conversation. It says one thing after the other; what it says does not always arrive in that order. */
final class Talk {

    /**
     * The policies for whose deadlines no late line makes a difference: the default, and those of the recorded sample's three
     * expectations (tight, chat, support).
     */
    static final List<Policy> KNOWN = List.of(
            Policy.DEFAULT,
            policy("PT1M", "PT5M", "PT3M", "PT20M"),
            policy("PT15M", "PT2H", "PT30M", "P1D"),
            policy("PT2H", "P1D", "P1D", "P30D"));

    /** How long after a message a known deadline can lie. */
    private static final long[] DEADLINES = KNOWN.stream()
            .flatMap(it -> Stream.of(
                    it.idleAfter(),
                    it.idleAfter().plus(it.expireAfter().orElseThrow()),
                    it.pendingExpireAfter().orElseThrow(),
                    it.maxAge().orElseThrow()))
            .mapToLong(Duration::toMillis)
            .distinct()
            .toArray();

    /**
     * Two lines are a second apart, or at one instant with no third, and late ones are at most this late, repeated ones that much. So fewer
     * than 32 lines lie between a line and its repetition.
     */
    private static final long MOST_LATE_MILLIS = 4_000;

    private static final long MOST_REPEATED_AFTER_MILLIS = 8_000;

    private static final long PHONES = 10_000_000;

    /** A line and when it arrives. If it is in order, then whatever is said after it arrives no earlier. */
    record Said(Line line, long arrivesAtMillis, boolean inOrder) {}

    private final long index;
    private final Dice dice;
    private final boolean byWeb;
    private final boolean answered;
    private final boolean byBot;
    private final String key;
    private final String customer;
    private final String agent;

    private long left;
    private int said;
    private long[] times = new long[8];
    private boolean tied;
    private boolean outbound;
    private boolean closed;
    private Optional<Said> repetition = Optional.empty();

    /**
     * @param index unique in the stream
     * @param lines how many lines it has, repetitions and closings included
     */
    Talk(long seed, long index, long lines, Instant start) {
        this.index = index;
        this.left = lines;
        dice = Dice.of(seed, index);
        double kind = dice.unit();
        byWeb = kind >= 0.7;
        answered = dice.chance(0.88);
        byBot = dice.chance(0.25);
        outbound = answered && dice.chance(0.1);
        agent = byBot ? "bot" : "agent-" + dice.between(1, 40);
        if (byWeb) {
            key = "web-" + Long.toHexString(Dice.mix(seed ^ index));
            customer = "visitor";
        } else {
            // Numbers of the area codes 555 and 800 555 belong to nobody.
            String channel = kind < 0.5 ? "whatsapp:" : "";
            long phone = Math.floorMod(index * 6_364_137 + Dice.mix(seed), PHONES);
            customer = channel + "+1555" + String.valueOf(PHONES + phone).substring(1);
            key = customer + "::" + channel + "+180055501" + dice.between(10, 29);
        }
        long millis = start.toEpochMilli();
        times[0] = byWeb ? millis : (millis + 999) / 1000 * 1000;
    }

    private static Policy policy(String idle, String expire, String pending, String age) {
        return new Policy(
                Policy.parseDuration(idle),
                Optional.of(Policy.parseDuration(expire)),
                Optional.of(Policy.parseDuration(pending)),
                Optional.of(Policy.parseDuration(age)));
    }

    boolean isOver() {
        return left == 0;
    }

    /**
     * The next line.
     *
     * @throws IllegalArgumentException if it would be past the year 2199
     */
    Said next() {
        left--;
        if (repetition.isPresent()) {
            Said again = repetition.get();
            repetition = Optional.empty();
            return again;
        }
        if (said > 0) {
            step();
        }
        said++;
        long now = times[said - 1];
        Instant at = LineFormat.instant(Instant.ofEpochMilli(now).toString());
        if (said > 1 && !closed && answered && dice.chance(left == 0 ? 0.35 : 0.015)) {
            closed = true;
            return new Said(close(at), now, true);
        }
        if (closed && dice.chance(0.2)) {
            return new Said(close(at), now, true); // of one that is closed: to be ignored
        }
        closed = false;
        Line line = new Line.Message(
                key,
                id(),
                at,
                Optional.of(outbound ? agent : customer),
                outbound ? Direction.OUTBOUND : Direction.INBOUND);
        if (left > 0 && dice.chance(0.006)) {
            repetition = Optional.of(new Said(line, now + dice.between(0, MOST_REPEATED_AFTER_MILLIS), false));
            return new Said(line, now, true);
        }
        long late = dice.between(1, MOST_LATE_MILLIS);
        boolean isLate = dice.chance(0.03) && changesNothing(now, now + late);
        return new Said(line, isLate ? now + late : now, !isLate);
    }

    private Line close(Instant at) {
        double who = dice.unit();
        Authority by = who < 0.25
                ? Authority.USER
                : who < 0.75 ? Authority.AGENT : who < 0.85 ? Authority.SUPPORT : Authority.SYSTEM;
        Optional<String> id = dice.chance(0.8) ? Optional.of(id()) : Optional.empty();
        Optional<String> reason =
                dice.chance(0.5) ? Optional.of(by == Authority.USER ? "left" : "solved") : Optional.empty();
        return new Line.Close(key, id, at, by, reason);
    }

    private String id() {
        return "m" + index + '-' + said;
    }

    /** Time goes on, and perhaps it is the other's turn. */
    private void step() {
        boolean before = outbound;
        outbound = answered && dice.chance(before ? 0.3 : 0.65);
        long gap = gap(before);
        tied = gap == 0;
        if (said == times.length) {
            times = Arrays.copyOf(times, 2 * said);
        }
        times[said] = times[said - 1] + gap;
    }

    /** Milliseconds until the next line: 0, or at least a second. */
    private long gap(boolean before) {
        if (!tied && dice.chance(0.02)) {
            return 0;
        }
        double pause = dice.unit();
        if (closed) {
            pause *= 0.15; // who comes back after a closing mostly does so later
        }
        if (pause < 0.004) {
            return millis(dice.between(86_400, 3 * 86_400L)); // past a day
        }
        if (pause < 0.025) {
            return millis(dice.logNormal(4 * 3600, 0.6)); // past two hours
        }
        if (pause < 0.08) {
            return millis(dice.between(15 * 60, 60 * 60)); // past a quarter of an hour
        }
        if (pause < 0.085) {
            return DEADLINES[
                    (int) dice.between(
                            0, DEADLINES.length - 2)]; // at the very instant of a deadline; a month is too long
        }
        if (before == outbound) {
            return millis(dice.logNormal(12, 0.9));
        }
        return millis(outbound ? byBot ? dice.between(1, 3) : dice.logNormal(45, 1.2) : dice.logNormal(35, 1.1));
    }

    private long millis(double seconds) {
        long whole = Math.max(1, (long) seconds) * 1000;
        return byWeb ? whole + dice.between(0, 999) : whole;
    }

    /** True if no deadline of any session under a known policy lies after {@code from} and until {@code to}. */
    private boolean changesNothing(long from, long to) {
        for (long delay : DEADLINES) {
            if (firstAfter(from - delay) != firstAfter(to - delay)) {
                return false;
            }
        }
        return true;
    }

    private int firstAfter(long time) {
        int low = 0;
        for (int high = said; low < high; ) {
            int middle = (low + high) >>> 1;
            if (times[middle] > time) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}

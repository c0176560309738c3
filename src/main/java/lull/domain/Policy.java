package lull.domain;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a conversation may stay as it is. Each duration is positive and at most ten years; an absent one means never.
 *
 * @param idleAfter silence after which an active conversation is idle
 * @param expireAfter time in idle after which it expires
 * @param pendingExpireAfter time since the opening after which an unanswered one expires
 * @param maxAge time since the opening after which any live one expires
 */
public record Policy(
        Duration idleAfter,
        Optional<Duration> expireAfter,
        Optional<Duration> pendingExpireAfter,
        Optional<Duration> maxAge) {

    /** A day is 24 hours here, as everywhere in Lull: ten years of 365 days and the leap days that they can hold. */
    public static final Duration LONGEST = Duration.ofDays(3653);

    private static final String BOUNDS = "a duration is longer than zero and at most ten years (P3653D)";

    /** The defaults of design section 2. */
    public static final Policy DEFAULT = new Policy(
            Duration.ofMinutes(15),
            Optional.of(Duration.ofHours(2)),
            Optional.of(Duration.ofHours(24)),
            Optional.of(Duration.ofHours(24)));

    /** The grammar of the oracle (SEMANTICS, "durations"): weeks alone, or days, hours, minutes, seconds. */
    private static final Pattern ISO_8601 = Pattern.compile(
            "P(?:(\\d{1,9})W|(?=.)(?:(\\d{1,9})D)?(?:T(?=\\d)(?:(\\d{1,9})H)?(?:(\\d{1,9})M)?(?:(\\d{1,9})(?:\\.(\\d{1,9}))?S)?)?)");

    /** @throws IllegalArgumentException naming the duration that is not positive or is longer than {@link #LONGEST} */
    public Policy {
        check("idleAfter", idleAfter);
        expireAfter.ifPresent(it -> check("expireAfter", it));
        pendingExpireAfter.ifPresent(it -> check("pendingExpireAfter", it));
        maxAge.ifPresent(it -> check("maxAge", it));
    }

    private static void check(String name, Duration duration) {
        if (!isUsable(duration)) {
            throw new IllegalArgumentException(name + " is " + duration + ", but " + BOUNDS);
        }
    }

    private static boolean isUsable(Duration duration) {
        return !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST) <= 0;
    }

    /**
     * Reads a duration that a policy may have, in ISO-8601: weeks, or days, hours, minutes and seconds, such as {@code PT15M} or
     * {@code P1DT12H}. Years and months are refused, because they have no fixed length.
     *
     * @throws IllegalArgumentException saying what is wrong and what would be right
     */
    public static Duration parseDuration(String text) {
        Matcher parts = ISO_8601.matcher(text);
        if (!parts.matches()) {
            boolean calendar = text.matches("P[^T]*\\d+[YM].*");
            throw new IllegalArgumentException(
                    calendar
                            ? "years and months have no fixed length: write days instead, such as P30D"
                            : "not an ISO-8601 duration of weeks, or of days, hours, minutes and seconds, such as PT15M or P1DT12H");
        }
        long days = 7 * number(parts.group(1)) + number(parts.group(2));
        int nanos = parts.group(6) == null ? 0 : Integer.parseInt((parts.group(6) + "00000000").substring(0, 9));
        Duration duration = Duration.ofDays(days)
                .plusHours(number(parts.group(3)))
                .plusMinutes(number(parts.group(4)))
                .plusSeconds(number(parts.group(5)))
                .plusNanos(nanos);
        if (!isUsable(duration)) {
            throw new IllegalArgumentException(BOUNDS);
        }
        return duration;
    }

    private static long number(String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }
}

package lull.http;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads times as RFC 3339 writes them, to the nanosecond, and nothing looser. */
final class Times {

    /** Messages may be of this moment or later. */
    static final Instant FIRST = Instant.EPOCH;

    /** Messages must be of before this moment. */
    static final Instant MESSAGES_END = Instant.parse("2200-01-01T00:00:00Z");

    /** Deadlines can lie later than messages: whoever asks for them, or moves time to them, may name any year of four digits. */
    static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    private static final String FORM = "a time as RFC 3339 has it, with its zone, such as 2026-11-22T09:30:00Z";

    private static final Pattern DATE_TIME = Pattern.compile("(\\d{4})-(\\d{2})-(\\d{2})[Tt](\\d{2}):(\\d{2}):(\\d{2})"
            + "(?:\\.(\\d{1,9}))?([Zz]|([+-])(\\d{2}):(\\d{2}))?");

    private Times() {}

    /**
     * @param field how a refusal names it
     * @param end exclusive
     * @throws Problem.Refused if it is not a time, or not one from {@link #FIRST} until {@code end}
     */
    static Instant parse(String field, String text, Instant end) {
        Matcher parts = DATE_TIME.matcher(text);
        if (!parts.matches()) {
            throw refused(field, Problem.quote(text) + " is not a time");
        }
        if (parts.group(8) == null) {
            throw refused(field, Problem.quote(text) + " has no zone");
        }
        Instant time = instant(field, text, parts);
        if (time.isBefore(FIRST) || !time.isBefore(end)) {
            throw Problem.bad(
                            field,
                            Problem.quote(text) + " is out of range",
                            "a time from " + FIRST + " on and before " + (end.equals(END) ? "the year 10000" : end))
                    .refused();
        }
        return time;
    }

    private static Instant instant(String field, String text, Matcher parts) {
        int year = number(parts.group(1));
        int month = number(parts.group(2));
        int day = number(parts.group(3));
        int hour = number(parts.group(4));
        int minute = number(parts.group(5));
        int second = number(parts.group(6));
        if (second == 60) {
            throw refused(field, Problem.quote(text) + " is a leap second, which has no instant of its own");
        }
        if (month < 1
                || month > 12
                || day < 1
                || day > YearMonth.of(year, month).lengthOfMonth()) {
            throw refused(field, Problem.quote(text) + " is not a date that exists");
        }
        int offset = 0;
        if (parts.group(9) != null) {
            int hours = number(parts.group(10));
            int minutes = number(parts.group(11));
            if (hours > 23 || minutes > 59) {
                throw refused(field, Problem.quote(text) + " has a zone that does not exist");
            }
            offset = (hours * 60 + minutes) * (parts.group(9).equals("-") ? -60 : 60);
        }
        if (hour > 23 || minute > 59 || second > 59) {
            throw refused(field, Problem.quote(text) + " is not a time of day that exists");
        }
        long seconds = LocalDate.of(year, month, day).toEpochDay() * 86_400 + hour * 3_600L + minute * 60L + second;
        return Instant.ofEpochSecond(seconds - offset, nanos(parts.group(7)));
    }

    private static int nanos(String digits) {
        if (digits == null) {
            return 0;
        }
        int nanos = number(digits);
        for (int i = digits.length(); i < 9; i++) {
            nanos *= 10;
        }
        return nanos;
    }

    private static int number(String digits) {
        return Integer.parseInt(digits);
    }

    private static Problem.Refused refused(String field, String detail) {
        return Problem.bad(field, detail, FORM).refused();
    }
}

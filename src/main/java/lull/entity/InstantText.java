package lull.entity;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;

/**
 * Instants as texts, exactly as {@link Instant} itself writes and reads them, at a fraction of its cost: every event holds one or two.
 */
final class InstantText {

    private static final int DAY = 86_400;

    /** The years that have four digits. */
    private static final long FIRST_DAY = LocalDate.of(0, 1, 1).toEpochDay();

    private static final long LAST_DAY = LocalDate.of(9999, 12, 31).toEpochDay();

    /** Where the fraction or the Z is. */
    private static final int SECONDS_END = "2026-01-05T00:00:00".length();

    private static final int[] POWERS = {
        1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1
    };

    private InstantText() {}

    /** The same text as {@link Instant#toString}. */
    static String of(Instant time) {
        long day = Math.floorDiv(time.getEpochSecond(), DAY);
        if (day < FIRST_DAY || day > LAST_DAY) {
            return time.toString();
        }
        LocalDate date = LocalDate.ofEpochDay(day);
        int second = Math.floorMod(time.getEpochSecond(), DAY);
        byte[] text = new byte[SECONDS_END + 11];
        write(date.getYear(), 4, text, 0);
        text[4] = '-';
        write(date.getMonthValue(), 2, text, 5);
        text[7] = '-';
        write(date.getDayOfMonth(), 2, text, 8);
        text[10] = 'T';
        write(second / 3600, 2, text, 11);
        text[13] = ':';
        write(second / 60 % 60, 2, text, 14);
        text[16] = ':';
        write(second % 60, 2, text, 17);
        int end = SECONDS_END;
        int nanos = time.getNano();
        if (nanos != 0) {
            int digits = nanos % 1_000_000 == 0 ? 3 : nanos % 1_000 == 0 ? 6 : 9;
            text[end] = '.';
            write(nanos / POWERS[digits], digits, text, end + 1);
            end += 1 + digits;
        }
        text[end++] = 'Z';
        return new String(text, 0, end, StandardCharsets.ISO_8859_1);
    }

    /**
     * The same instant as {@link Instant#parse}.
     *
     * @throws java.time.DateTimeException if the text is none
     */
    static Instant parse(String text) {
        int end = text.length() - 1;
        boolean usual = end >= SECONDS_END
                && text.charAt(end) == 'Z'
                && text.charAt(4) == '-'
                && text.charAt(7) == '-'
                && text.charAt(10) == 'T'
                && text.charAt(13) == ':'
                && text.charAt(16) == ':'
                && (end == SECONDS_END
                        || text.charAt(SECONDS_END) == '.' && end > SECONDS_END + 1 && end <= SECONDS_END + 10);
        if (!usual) {
            return Instant.parse(text);
        }
        int year = number(text, 0, 4);
        int month = number(text, 5, 7);
        int day = number(text, 8, 10);
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, SECONDS_END);
        int nanos = 0;
        if (end > SECONDS_END) {
            int fraction = number(text, SECONDS_END + 1, end);
            nanos = fraction < 0 ? -1 : fraction * POWERS[end - SECONDS_END - 1];
        }
        boolean inRange =
                (year | month | day | hour | minute | second | nanos) >= 0 && hour < 24 && minute < 60 && second < 60;
        if (!inRange) {
            return Instant.parse(text);
        }
        return Instant.ofEpochSecond(
                LocalDate.of(year, month, day).toEpochDay() * DAY + hour * 3600L + minute * 60L + second, nanos);
    }

    private static void write(int number, int digits, byte[] text, int at) {
        int rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** The number between two places; -1 if there is anything but digits. */
    private static int number(String text, int start, int end) {
        int number = 0;
        for (int i = start; i < end; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number;
    }
}

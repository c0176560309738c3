package lull.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a body into lines as it comes. Blank lines are left out, but counted. A line that is too long is given up, not kept in memory,
 * and the next one goes on as usual. Not thread-safe: one for each body.
 */
final class Lines {

    /**
     * @param number from 1
     * @param text without the line break; empty if there is a problem
     * @param problem why there is no text; null if there is
     */
    record Line(long number, byte[] text, Problem problem) {}

    private static final byte[] NOTHING = {};

    private final int limit;
    private byte[] begun = new byte[256];
    private int length;
    private boolean tooLong;
    private long number = 1;

    /** @param limit the most bytes of a line, its line break not counted */
    Lines(int limit) {
        this.limit = limit;
    }

    /** The lines that end in this part of the body. */
    List<Line> add(byte[] part) {
        List<Line> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < part.length; i++) {
            if (part[i] == '\n') {
                keep(part, start, i);
                finish(lines);
                start = i + 1;
            }
        }
        keep(part, start, part.length);
        return lines;
    }

    /** The last line, if it has no line break. */
    List<Line> end() {
        List<Line> lines = new ArrayList<>(1);
        finish(lines);
        return lines;
    }

    /** The body broke off: whatever was begun of a line is not carried out, but answered with this problem. */
    List<Line> brokenOff(Problem problem) {
        length = 0;
        tooLong = false;
        return List.of(new Line(number, NOTHING, problem));
    }

    private void keep(byte[] part, int start, int end) {
        int more = end - start;
        // One byte more for the carriage return of those who end their lines in two characters.
        if (tooLong || length + more > limit + 1) {
            tooLong = true;
            return;
        }
        if (length + more > begun.length) {
            begun = Arrays.copyOf(begun, Math.max(2 * begun.length, length + more));
        }
        System.arraycopy(part, start, begun, length, more);
        length += more;
    }

    private void finish(List<Line> lines) {
        int end = length > 0 && begun[length - 1] == '\r' ? length - 1 : length;
        if (tooLong || end > limit) {
            lines.add(new Line(number, NOTHING, Bodies.tooLong()));
        } else if (!isBlank(end)) {
            lines.add(new Line(number, Arrays.copyOf(begun, end), null));
        }
        number++;
        length = 0;
        tooLong = false;
    }

    private boolean isBlank(int end) {
        for (int i = 0; i < end; i++) {
            if (begun[i] != ' ' && begun[i] != '\t' && begun[i] != '\r') {
                return false;
            }
        }
        return true;
    }
}

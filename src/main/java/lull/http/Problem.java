package lull.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Why a request was not carried out (RFC 9457). Its text is for the caller: it holds nothing of our inside, and of the caller's input no
 * more than {@link #LONGEST_QUOTE} characters.
 *
 * @param field JSON pointer such as {@code /at}, or the name of a path part, query parameter or header, or {@code body}
 * @param expected what would have been right
 * @param members further members, strings or numbers
 */
record Problem(
        int status, String detail, Optional<String> field, Optional<String> expected, Map<String, Object> members) {

    /** In UTF-16 units. */
    static final int LONGEST_QUOTE = 60;

    static Problem of(int status, String detail) {
        return new Problem(status, detail, Optional.empty(), Optional.empty(), Map.of());
    }

    static Problem of(int status, String field, String detail, String expected) {
        return new Problem(status, detail, Optional.of(field), Optional.of(expected), Map.of());
    }

    /** 400 for a part of the request that is wrong. */
    static Problem bad(String field, String detail, String expected) {
        return of(400, field, detail, expected);
    }

    static Problem unavailable(String detail) {
        return of(503, detail);
    }

    Problem with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(name, value);
        return new Problem(status, detail, field, expected, more);
    }

    Refused refused() {
        return new Refused(this);
    }

    String title() {
        return switch (status) {
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 412 -> "Precondition Failed";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> status < 500 ? "Bad Request" : "Internal Server Error";
        };
    }

    /** A piece of the caller's input, short and printable, in quotation marks. */
    static String quote(String input) {
        StringBuilder quoted = new StringBuilder(LONGEST_QUOTE + 4).append('"');
        int end = Math.min(input.length(), LONGEST_QUOTE);
        for (int i = 0; i < end; i++) {
            char c = input.charAt(i);
            quoted.append(c < ' ' || c >= 0x7f ? '?' : c);
        }
        return quoted.append(input.length() > end ? "…\"" : "\"").toString();
    }

    /** Thrown where a request turns out to be wrong. It has no stack trace: it is an answer, not a fault. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        Refused(Problem problem) {
            super(problem.detail(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }
}

package lull.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition on the entity tag of a conversation, which is its sequence number (RFC 9110, 13.1).
 *
 * @param any true for {@code *}
 * @param strong sequence numbers of the strong tags
 * @param weak sequence numbers of the weak tags
 */
record EntityTags(boolean any, List<Long> strong, List<Long> weak) {

    static final String IF_MATCH = "If-Match";
    static final String IF_NONE_MATCH = "If-None-Match";

    /** No conversation ever has this sequence number. */
    private static final long NEVER = -1;

    private static final Pattern LIST_ITEM = Pattern.compile("\\s*(?:(W/)?\"([!#-~\\x80-\\xff]*)\")?\\s*(?:,|$)");

    /**
     * The condition that a request carries in this header; empty if it does not.
     *
     * @throws Problem.Refused if it is not a list of entity tags
     */
    static Optional<EntityTags> of(HttpRequest request, String header) {
        StringBuilder values = null;
        for (HttpHeader it : request.getHeaders()) {
            if (it.name().equalsIgnoreCase(header)) {
                values = values == null
                        ? new StringBuilder(it.value())
                        : values.append(',').append(it.value());
            }
        }
        return values == null ? Optional.empty() : Optional.of(parse(header, values.toString()));
    }

    private static EntityTags parse(String header, String value) {
        if (value.trim().equals("*")) {
            return new EntityTags(true, List.of(), List.of());
        }
        List<Long> strong = new ArrayList<>();
        List<Long> weak = new ArrayList<>();
        boolean found = false;
        Matcher item = LIST_ITEM.matcher(value);
        int end = 0;
        while (end < value.length()) {
            if (!item.find(end) || item.start() != end) {
                throw refused(header, value);
            }
            if (item.group(2) != null) {
                found = true;
                (item.group(1) == null ? strong : weak).add(sequence(item.group(2)));
            }
            end = item.end();
        }
        if (!found) {
            throw refused(header, value);
        }
        return new EntityTags(false, strong, weak);
    }

    private static long sequence(String tag) {
        return tag.matches("0|[1-9]\\d{0,17}") ? Long.parseLong(tag) : NEVER;
    }

    private static Problem.Refused refused(String header, String value) {
        return Problem.bad(
                        header,
                        Problem.quote(value) + " is not a list of entity tags",
                        "* or entity tags such as \"7\", in their quotation marks, with commas between them")
                .refused();
    }

    /** If-None-Match: compared weakly, because a conversation that has not changed need not be sent. */
    boolean matchesWeakly(long sequence) {
        return any || strong.contains(sequence) || weak.contains(sequence);
    }

    /**
     * If-Match: the one sequence number that lets the request pass, compared strongly.
     *
     * @param current the sequence number of the conversation as it stands, to choose from several tags
     * @return empty if any will do
     */
    OptionalLong expected(OptionalLong current) {
        if (any) {
            return OptionalLong.empty();
        }
        if (current.isPresent() && strong.contains(current.getAsLong())) {
            return current;
        }
        return OptionalLong.of(strong.isEmpty() ? NEVER : strong.get(0));
    }

    /** True if which tag is meant depends on the conversation as it stands. */
    boolean isChoice() {
        return strong.size() > 1;
    }
}

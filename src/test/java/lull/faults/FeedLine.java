package lull.faults;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A line of a feed, to be compared.
 *
 * @param text all that it says, in a settled form
 */
record FeedLine(long position, String conversation, String text) {

    static FeedLine transition(JsonNode json) {
        return line(json, "session", "from", "to", "at", "reason", "observedAt");
    }

    static FeedLine message(JsonNode json) {
        return line(json, "messageId", "at", "direction", "type", "session");
    }

    private static FeedLine line(JsonNode json, String... fields) {
        StringBuilder text = new StringBuilder(128);
        for (String field : fields) {
            JsonNode value = json.path(field);
            if (!value.isMissingNode() && !value.isNull()) {
                text.append(field).append('=').append(value.asText()).append(' ');
            }
        }
        return new FeedLine(
                json.required("sequence").longValue(),
                json.required("conversation").textValue(),
                text.toString());
    }

    /** What the feed of transitions must say of a transition. */
    static FeedLine transition(JournalRow row) {
        return new FeedLine(
                row.position(),
                row.conversation(),
                "session=" + row.session() + (row.from().isEmpty() ? "" : " from=" + row.from()) + " to=" + row.to()
                        + " at=" + row.at() + " reason=" + row.reason() + " observedAt="
                        + row.observedAt().orElseThrow() + " ");
    }

    /** What the feed of messages must say of a message or a closing. */
    static FeedLine message(JournalRow row) {
        String what = row.kind().equals("message")
                ? " direction=" + row.who()
                : " type=" + (row.to().equals("failed") ? "fail" : "close");
        return new FeedLine(
                row.position(),
                row.conversation(),
                row.id().map(it -> "messageId=" + it + " ").orElse("") + "at=" + row.at() + what + " session="
                        + row.session() + " ");
    }
}

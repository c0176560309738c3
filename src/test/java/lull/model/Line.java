package lull.model;

import java.time.Instant;
import java.util.Optional;

/**
 * One line of a stream, in the words of the wire.
 *
 * @param messageId always there for a message
 * @param at when it happened, by the sender's account
 * @param direction inbound or outbound; empty for a closing
 * @param type message, close or fail
 * @param by who closes: user, agent, support or system; empty for anything but a close
 */
public record Line(
        String conversation,
        Optional<String> messageId,
        Instant at,
        String type,
        Optional<String> direction,
        Optional<String> by) {

    public static Line message(String conversation, String messageId, Instant at, String direction) {
        return new Line(conversation, Optional.of(messageId), at, "message", Optional.of(direction), Optional.empty());
    }

    public static Line close(String conversation, Optional<String> messageId, Instant at, String by) {
        return new Line(conversation, messageId, at, "close", Optional.empty(), Optional.of(by));
    }

    public static Line fail(String conversation, Optional<String> messageId, Instant at) {
        return new Line(conversation, messageId, at, "fail", Optional.empty(), Optional.empty());
    }

    public Line in(String otherConversation) {
        return new Line(otherConversation, messageId, at, type, direction, by);
    }

    /** As the oracle reads it. */
    public String json() {
        return "{\"conversation\":\"" + conversation + '"' + field("messageId", messageId) + ",\"at\":\"" + at + '"'
                + (type.equals("message") ? "" : ",\"type\":\"" + type + '"') + field("direction", direction)
                + field("by", by) + '}';
    }

    private static String field(String name, Optional<String> value) {
        return value.map(it -> ",\"" + name + "\":\"" + it + '"').orElse("");
    }
}

package lull.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import lull.model.Limits;
import lull.model.Line;
import lull.model.Transition;

/**
 * An event as it is stored, read without the service's own code.
 *
 * @param position in the whole journal
 * @param writer which life of the conversation's actor decided it: unique over all nodes and restarts
 * @param kind its stored name
 * @param observedAt by the clock of the node that decided it; empty for what is no transition
 * @param from state left; empty for an opening and for what is no transition
 * @param to state entered, or the one that an ignored closing asked for; empty for a message
 * @param reason of the transition; empty for what is none
 * @param id of the request that it came of
 * @param who direction of a message, or who closes; empty for the others
 * @param policy of an opening
 * @param stored by whom and when the database says that it was stored, if it was asked to note that
 */
record JournalRow(
        long position,
        String conversation,
        long sequence,
        String writer,
        String kind,
        int session,
        Instant at,
        Optional<Instant> observedAt,
        String from,
        String to,
        String reason,
        Optional<String> id,
        String who,
        Optional<Limits> policy,
        Optional<Stored> stored) {

    static final Set<String> BY_TIME = Set.of("idle-timeout", "idle-expired", "pending-timeout", "max-age");

    /** @param node the name of a target; empty if it was none of them */
    record Stored(String node, Instant at) {}

    /** @param payload a flat object, as the service stores it */
    static JournalRow of(
            long position,
            String conversation,
            long sequence,
            String writer,
            String kind,
            JsonNode payload,
            Optional<Stored> stored) {
        String from = switch (kind) {
            case "reply" -> "pending";
            case "idle" -> "active";
            case "reactivated" -> "idle";
            case "expired", "ended" -> payload.required("from").textValue();
            default -> "";
        };
        String to = switch (kind) {
            case "opened" -> "pending";
            case "reply", "reactivated" -> "active";
            case "idle" -> "idle";
            case "expired" -> "expired";
            case "ended", "closing-ignored" -> payload.required("to").textValue();
            case "message" -> "";
            default -> throw new IllegalArgumentException("no event is stored as " + kind);
        };
        String reason = switch (kind) {
            case "opened", "reply", "reactivated" -> kind;
            case "idle" -> "idle-timeout";
            case "expired" -> payload.required("rule").textValue();
            case "ended" -> to;
            default -> "";
        };
        return new JournalRow(
                position,
                conversation,
                sequence,
                writer,
                kind,
                payload.required("session").intValue(),
                Instant.parse(payload.required("at").textValue()),
                text(payload, "observedAt").map(Instant::parse),
                from,
                to,
                reason,
                text(payload, "messageId"),
                text(payload, kind.equals("message") ? "direction" : "by").orElse(""),
                kind.equals("opened") ? Optional.of(limits(payload)) : Optional.empty(),
                stored);
    }

    private static Limits limits(JsonNode payload) {
        return new Limits(
                Duration.parse(payload.required("idleAfter").textValue()),
                text(payload, "expireAfter").map(Duration::parse),
                text(payload, "pendingExpireAfter").map(Duration::parse),
                text(payload, "maxAge").map(Duration::parse));
    }

    private static Optional<String> text(JsonNode json, String field) {
        return Optional.ofNullable(json.path(field).textValue());
    }

    boolean isTransition() {
        return !reason.isEmpty();
    }

    boolean isByTime() {
        return BY_TIME.contains(reason);
    }

    /** Whether it is in the feed of messages: a message, or a closing. */
    boolean isRequest() {
        return kind.equals("message") || kind.equals("ended") || kind.equals("closing-ignored");
    }

    /** When its node decided it: nothing here carries a time of the sender's. */
    Instant decided() {
        return observedAt.orElse(at);
    }

    Transition transition() {
        return new Transition(
                conversation, session, from.isEmpty() ? Optional.empty() : Optional.of(from), to, at, reason);
    }

    /** What it was asked for, in the words of the model. */
    Line line() {
        if (kind.equals("message")) {
            return Line.message(conversation, id.orElseThrow(), at, who);
        }
        return to.equals("failed") ? Line.fail(conversation, id, at) : Line.close(conversation, id, at, who);
    }

    /** For people: in short. */
    String shown() {
        return conversation + " #" + sequence + " " + kind + (reason.isEmpty() ? "" : " (" + reason + ")")
                + id.map(it -> " id " + it).orElse("") + " session " + session + " at " + at
                + observedAt.map(it -> " observed " + it).orElse("")
                + stored.map(it -> " stored " + it.at() + " by " + (it.node().isEmpty() ? "?" : it.node()))
                        .orElse("");
    }
}

package lull.http;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import lull.domain.Authority;
import lull.domain.Direction;
import lull.domain.State;
import lull.entity.NewClosing;
import lull.entity.NewMessage;

/** Makes requests to the conversations out of JSON, and refuses what is not within the limits of {@code openapi.yaml}. */
final class RequestReader {

    static final Set<String> MESSAGE = Set.of("messageId", "direction", "at", "from");
    static final Set<String> CLOSE = Set.of("by", "reason", "at", "messageId");
    static final Set<String> FAIL = Set.of("reason", "at", "messageId");
    static final Set<String> TICK = Set.of("now");

    /** How far the sender's clock may be ahead of ours. */
    static final Duration AHEAD = Duration.ofMinutes(5);

    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_REASON = 1_000;

    private final HttpSettings settings;

    RequestReader(HttpSettings settings) {
        this.settings = settings;
    }

    NewMessage message(JsonObject json) {
        String messageId = json.get("messageId")
                .map(it -> text("/messageId", it, LONGEST_NAME))
                .orElseThrow(() -> missing("/messageId", "a string of 1-255 characters, unique in the conversation"));
        Direction direction = json.get("direction")
                .map(it -> named("/direction", it, Direction.values(), Direction::wireName))
                .orElseThrow(() -> missing("/direction", oneOf(Direction.values(), Direction::wireName)));
        Optional<Instant> at = at(json);
        Optional<String> from = json.get("from").map(it -> text("/from", it, LONGEST_NAME));
        return new NewMessage(messageId, at, direction, from);
    }

    NewClosing close(JsonObject json, OptionalLong ifSequence) {
        Authority by = by(json).orElseThrow(() -> missing("/by", oneOf(ASKING, Authority::wireName)));
        return closing(json, State.CLOSED, by, ifSequence);
    }

    /** A line of a stream may leave open who asks. */
    NewClosing closeLine(JsonObject json) {
        return closing(json, State.CLOSED, by(json).orElse(Authority.SYSTEM), OptionalLong.empty());
    }

    NewClosing fail(JsonObject json, OptionalLong ifSequence) {
        return closing(json, State.FAILED, Authority.FAILURE, ifSequence);
    }

    /** The moment to move time to. It may be later than that of any message, because deadlines are. */
    Optional<Instant> now(JsonObject json) {
        return json.get("now").map(it -> notAhead("/now", Times.parse("/now", it, Times.END)));
    }

    private NewClosing closing(JsonObject json, State to, Authority by, OptionalLong ifSequence) {
        Optional<String> messageId = json.get("messageId").map(it -> text("/messageId", it, LONGEST_NAME));
        Optional<Instant> at = at(json);
        Optional<String> reason = json.get("reason").map(it -> text("/reason", it, LONGEST_REASON));
        return new NewClosing(messageId, at, to, by, reason, ifSequence);
    }

    private static final Authority[] ASKING = {Authority.USER, Authority.AGENT, Authority.SUPPORT, Authority.SYSTEM};

    private static Optional<Authority> by(JsonObject json) {
        return json.get("by").map(it -> named("/by", it, ASKING, Authority::wireName));
    }

    private Optional<Instant> at(JsonObject json) {
        Optional<Instant> at = json.get("at").map(it -> notAhead("/at", Times.parse("/at", it, Times.MESSAGES_END)));
        if (at.isEmpty() && settings.timing() == HttpSettings.Timing.EXTERNAL) {
            throw missing("/at", "a time: this server runs on the external clock and has none of its own");
        }
        return at;
    }

    private Instant notAhead(String field, Instant time) {
        if (settings.timing() == HttpSettings.Timing.SYSTEM) {
            Instant latest = settings.clock().instant().plus(AHEAD);
            if (time.isAfter(latest)) {
                throw Problem.bad(
                                field,
                                time + " lies more than five minutes ahead of the server's clock",
                                "a time not after " + latest)
                        .refused();
            }
        }
        return time;
    }

    private static String text(String field, String text, int longest) {
        int length = 0;
        for (int i = 0; i < text.length(); i++, length++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                throw Problem.bad(
                                field,
                                "it has the control character " + String.format("U+%04X", (int) c),
                                "text without control characters")
                        .refused();
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw Problem.bad(
                                field, "it has half of a surrogate pair, which is no character", "well-formed Unicode")
                        .refused();
            }
        }
        if (length < 1 || length > longest) {
            throw Problem.bad(
                            field,
                            length == 0 ? "it is empty" : "it has " + length + " characters",
                            "1-" + longest + " characters")
                    .refused();
        }
        return text;
    }

    static <T> T named(String field, String name, T[] values, Function<T, String> wireName) {
        for (T value : values) {
            if (wireName.apply(value).equals(name)) {
                return value;
            }
        }
        throw Problem.bad(field, Problem.quote(name) + " is not known here", oneOf(values, wireName))
                .refused();
    }

    static <T> String oneOf(T[] values, Function<T, String> wireName) {
        return Arrays.stream(values).map(wireName).collect(Collectors.joining(", ", "one of: ", ""));
    }

    private static Problem.Refused missing(String field, String expected) {
        return Problem.bad(field, "it is missing", expected).refused();
    }
}

package lull.entity;

import akka.serialization.SerializerWithStringManifest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import lull.domain.Authority;
import lull.domain.ConversationEvent;
import lull.domain.ConversationEvent.ClosingIgnored;
import lull.domain.ConversationEvent.Ended;
import lull.domain.ConversationEvent.Expired;
import lull.domain.ConversationEvent.MessageRecorded;
import lull.domain.ConversationEvent.Opened;
import lull.domain.ConversationEvent.Reactivated;
import lull.domain.ConversationEvent.Replied;
import lull.domain.ConversationEvent.Transition;
import lull.domain.ConversationEvent.WentIdle;
import lull.domain.Direction;
import lull.domain.Policy;
import lull.domain.Rule;
import lull.domain.State;

/**
 * The stored form of the events: flat JSON objects that a person can read, under manifests that do not depend on class names. Both are a
 * contract with every journal in the field: names may be added, none may change.
 */
public final class EventSerializer extends SerializerWithStringManifest {

    /** Stored with every event: never to be changed. */
    public static final int IDENTIFIER = 7_301;

    public static final String OPENED = "opened";
    public static final String MESSAGE = "message";
    public static final String REPLY = "reply";
    public static final String IDLE = "idle";
    public static final String REACTIVATED = "reactivated";
    public static final String EXPIRED = "expired";
    public static final String ENDED = "ended";
    public static final String CLOSING_IGNORED = "closing-ignored";

    private static final JsonFactory JSON = new JsonFactory();

    /** Sessions share their policy: a few policies serve a million conversations. */
    private final Map<Policy, Policy> policies = new ConcurrentHashMap<>();

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object event) {
        if (event instanceof MessageRecorded) {
            return MESSAGE;
        } else if (event instanceof WentIdle) {
            return IDLE;
        } else if (event instanceof Reactivated) {
            return REACTIVATED;
        } else if (event instanceof Expired) {
            return EXPIRED;
        } else if (event instanceof Opened) {
            return OPENED;
        } else if (event instanceof Replied) {
            return REPLY;
        } else if (event instanceof Ended) {
            return ENDED;
        } else if (event instanceof ClosingIgnored) {
            return CLOSING_IGNORED;
        }
        throw new IllegalArgumentException("no stored form for " + event.getClass());
    }

    @Override
    public byte[] toBinary(Object object) {
        ConversationEvent event = (ConversationEvent) object;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(192);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("session", event.session());
            json.writeStringField("at", InstantText.of(event.at()));
            writeRest(event, json);
            if (event instanceof Transition transition) {
                json.writeStringField("observedAt", InstantText.of(transition.observedAt()));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeRest(ConversationEvent event, JsonGenerator json) throws IOException {
        if (event instanceof MessageRecorded it) {
            json.writeStringField("messageId", it.messageId());
            json.writeStringField("direction", it.direction().wireName());
            write(json, "from", it.from());
        } else if (event instanceof Opened it) {
            Policy policy = it.policy();
            json.writeStringField("idleAfter", policy.idleAfter().toString());
            write(json, "expireAfter", policy.expireAfter());
            write(json, "pendingExpireAfter", policy.pendingExpireAfter());
            write(json, "maxAge", policy.maxAge());
        } else if (event instanceof Expired it) {
            json.writeStringField("from", it.left().wireName());
            json.writeStringField("rule", it.rule().wireName());
        } else if (event instanceof Ended it) {
            json.writeStringField("from", it.left().wireName());
            json.writeStringField("to", it.to().wireName());
            json.writeStringField("by", it.by().wireName());
            write(json, "reason", it.reason());
            write(json, "messageId", it.requestId());
        } else if (event instanceof ClosingIgnored it) {
            json.writeStringField("to", it.to().wireName());
            json.writeStringField("by", it.by().wireName());
            write(json, "reason", it.reason());
            write(json, "messageId", it.requestId());
        }
    }

    private static void write(JsonGenerator json, String name, Optional<?> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get().toString());
        }
    }

    @Override
    public ConversationEvent fromBinary(byte[] bytes, String manifest) {
        try {
            return event(manifest, fields(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> fields(byte[] bytes) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(bytes)) {
            json.nextToken();
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (!value.isScalarValue()) {
                    throw new IOException("field " + name + " is not a plain value");
                }
                fields.put(name, json.getText());
            }
        }
        return fields;
    }

    private ConversationEvent event(String manifest, Map<String, String> fields) {
        int session = Integer.parseInt(fields.get("session"));
        Instant at = InstantText.parse(fields.get("at"));
        return switch (manifest) {
            case MESSAGE ->
                new MessageRecorded(
                        session, at, fields.get("messageId"), direction(fields.get("direction")), text(fields, "from"));
            case OPENED -> new Opened(session, at, policy(fields), observedAt(fields));
            case REPLY -> new Replied(session, at, observedAt(fields));
            case IDLE -> new WentIdle(session, at, observedAt(fields));
            case REACTIVATED -> new Reactivated(session, at, observedAt(fields));
            case EXPIRED ->
                new Expired(session, at, state(fields.get("from")), rule(fields.get("rule")), observedAt(fields));
            case ENDED ->
                new Ended(
                        session,
                        at,
                        state(fields.get("from")),
                        state(fields.get("to")),
                        authority(fields.get("by")),
                        text(fields, "reason"),
                        text(fields, "messageId"),
                        observedAt(fields));
            case CLOSING_IGNORED ->
                new ClosingIgnored(
                        session,
                        at,
                        state(fields.get("to")),
                        authority(fields.get("by")),
                        text(fields, "reason"),
                        text(fields, "messageId"));
            default -> throw new IllegalArgumentException("no event has the manifest " + manifest);
        };
    }

    private Policy policy(Map<String, String> fields) {
        Policy policy = new Policy(
                Duration.parse(fields.get("idleAfter")),
                text(fields, "expireAfter").map(Duration::parse),
                text(fields, "pendingExpireAfter").map(Duration::parse),
                text(fields, "maxAge").map(Duration::parse));
        return policies.computeIfAbsent(policy, it -> it);
    }

    private static Optional<String> text(Map<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name));
    }

    private static Instant observedAt(Map<String, String> fields) {
        return InstantText.parse(fields.get("observedAt"));
    }

    private static State state(String wireName) {
        return State.valueOf(constant(wireName));
    }

    private static Direction direction(String wireName) {
        return Direction.valueOf(constant(wireName));
    }

    private static Rule rule(String wireName) {
        return Rule.valueOf(constant(wireName));
    }

    private static Authority authority(String wireName) {
        return Authority.valueOf(constant(wireName));
    }

    private static String constant(String wireName) {
        return wireName.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    }
}

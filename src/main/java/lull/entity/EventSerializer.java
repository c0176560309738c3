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

    /** Sessions share their policy, which is not parsed again: a few policies serve a million conversations. */
    private final Map<PolicyText, Policy> policies = new ConcurrentHashMap<>();

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

    private static Fields fields(byte[] bytes) throws IOException {
        Fields fields = new Fields();
        try (JsonParser json = JSON.createParser(bytes)) {
            json.nextToken();
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (!value.isScalarValue()) {
                    throw new IOException("field " + name + " is not a plain value");
                }
                fields.set(name, json.getText());
            }
        }
        return fields;
    }

    private ConversationEvent event(String manifest, Fields fields) {
        int session = Integer.parseInt(fields.session);
        Instant at = InstantText.parse(fields.at);
        return switch (manifest) {
            case MESSAGE ->
                new MessageRecorded(
                        session, at, fields.messageId, direction(fields.direction), Optional.ofNullable(fields.from));
            case OPENED -> new Opened(session, at, policy(fields), observedAt(fields));
            case REPLY -> new Replied(session, at, observedAt(fields));
            case IDLE -> new WentIdle(session, at, observedAt(fields));
            case REACTIVATED -> new Reactivated(session, at, observedAt(fields));
            case EXPIRED -> new Expired(session, at, state(fields.from), rule(fields.rule), observedAt(fields));
            case ENDED ->
                new Ended(
                        session,
                        at,
                        state(fields.from),
                        state(fields.to),
                        authority(fields.by),
                        Optional.ofNullable(fields.reason),
                        Optional.ofNullable(fields.messageId),
                        observedAt(fields));
            case CLOSING_IGNORED ->
                new ClosingIgnored(
                        session,
                        at,
                        state(fields.to),
                        authority(fields.by),
                        Optional.ofNullable(fields.reason),
                        Optional.ofNullable(fields.messageId));
            default -> throw new IllegalArgumentException("no event has the manifest " + manifest);
        };
    }

    private Policy policy(Fields fields) {
        return policies.computeIfAbsent(
                new PolicyText(fields.idleAfter, fields.expireAfter, fields.pendingExpireAfter, fields.maxAge),
                PolicyText::parsed);
    }

    private static Instant observedAt(Fields fields) {
        return InstantText.parse(fields.observedAt);
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

    /** A policy as it is stored; null = never. */
    private record PolicyText(String idleAfter, String expireAfter, String pendingExpireAfter, String maxAge) {

        Policy parsed() {
            return new Policy(
                    Duration.parse(idleAfter), parsed(expireAfter), parsed(pendingExpireAfter), parsed(maxAge));
        }

        private static Optional<Duration> parsed(String text) {
            return Optional.ofNullable(text).map(Duration::parse);
        }
    }

    /** What a stored event can have; null = it has not. Not a map: this is done for each event of each recovery. */
    private static final class Fields {
        private String session;
        private String at;
        private String observedAt;
        private String messageId;
        private String direction;
        private String from;
        private String to;
        private String by;
        private String reason;
        private String rule;
        private String idleAfter;
        private String expireAfter;
        private String pendingExpireAfter;
        private String maxAge;

        void set(String name, String value) {
            switch (name) {
                case "session" -> session = value;
                case "at" -> at = value;
                case "observedAt" -> observedAt = value;
                case "messageId" -> messageId = value;
                case "direction" -> direction = value;
                case "from" -> from = value;
                case "to" -> to = value;
                case "by" -> by = value;
                case "reason" -> reason = value;
                case "rule" -> rule = value;
                case "idleAfter" -> idleAfter = value;
                case "expireAfter" -> expireAfter = value;
                case "pendingExpireAfter" -> pendingExpireAfter = value;
                case "maxAge" -> maxAge = value;
                default -> {
                    // Of a later version, which may add names.
                }
            }
        }
    }
}

package lull.tools;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import lull.domain.Authority;
import lull.domain.Direction;

/** JSON of the stream files and of the requests that are made of their lines. Fields that have no meaning here are passed over. */
final class LineFormat {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final List<String> FIELDS =
            List.of("conversation", "messageId", "at", "from", "direction", "type", "by", "reason");

    private static final List<Authority> CLOSERS =
            List.of(Authority.USER, Authority.AGENT, Authority.SUPPORT, Authority.SYSTEM);

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant END = Instant.parse("2200-01-01T00:00:00Z");

    private LineFormat() {}

    /** @throws IllegalArgumentException saying what is wrong with the line */
    static Line read(String text) {
        Map<String, String> fields = fields(text);
        String conversation = required(fields, "conversation");
        Instant at = instant(required(fields, "at"));
        String type = fields.getOrDefault("type", "message");
        switch (type) {
            case "message":
                return new Line.Message(
                        conversation,
                        required(fields, "messageId"),
                        at,
                        Optional.ofNullable(fields.get("from")),
                        oneOf(
                                "direction",
                                required(fields, "direction"),
                                List.of(Direction.values()),
                                Direction::wireName));
            case "close":
                return new Line.Close(
                        conversation,
                        Optional.ofNullable(fields.get("messageId")),
                        at,
                        oneOf("by", fields.getOrDefault("by", "system"), CLOSERS, Authority::wireName),
                        Optional.ofNullable(fields.get("reason")));
            default:
                throw new IllegalArgumentException("type must be message or close, but is \"" + type + '"');
        }
    }

    /** Reads one RFC 3339 instant. */
    static Instant instant(String text) {
        Instant at;
        try {
            at = Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "at must be an RFC 3339 time with a zone, such as 2026-01-05T08:00:00Z, but is \"" + text + '"', e);
        }
        if (at.isBefore(EARLIEST) || !at.isBefore(END)) {
            throw new IllegalArgumentException("at must be from 1970 until 2200, but is " + text);
        }
        return at;
    }

    private static Map<String, String> fields(String text) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (!FIELDS.contains(name)) {
                    json.skipChildren();
                } else if (value == JsonToken.VALUE_STRING) {
                    fields.put(name, json.getText());
                } else if (value != JsonToken.VALUE_NULL) {
                    throw new IllegalArgumentException(name + " must be a string");
                }
            }
            if (json.nextToken() != null) {
                throw new IllegalArgumentException("something follows the JSON object");
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return fields;
    }

    private static String required(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    private static <T> T oneOf(String name, String value, List<T> all, Function<T, String> wireName) {
        return all.stream()
                .filter(it -> wireName.apply(it).equals(value))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException(
                        name + " must be " + all.stream().map(wireName).collect(Collectors.joining(" or "))
                                + ", but is \"" + value + '"'));
    }

    static String write(Line line) {
        return object(json -> {
            json.writeStringField("conversation", line.conversation());
            optional(json, "messageId", line.messageId());
            json.writeStringField("at", line.at().toString());
            if (line instanceof Line.Message message) {
                optional(json, "from", message.from());
                json.writeStringField("direction", message.direction().wireName());
            } else if (line instanceof Line.Close close) {
                json.writeStringField("type", "close");
                json.writeStringField("by", close.by().wireName());
                optional(json, "reason", close.reason());
            }
        });
    }

    /** The request body that records the line. {@code id} stands in where the line has none, so that it may be repeated. */
    static String body(Line line, String id) {
        return object(json -> {
            json.writeStringField("messageId", line.messageId().orElse(id));
            json.writeStringField("at", line.at().toString());
            if (line instanceof Line.Message message) {
                optional(json, "from", message.from());
                json.writeStringField("direction", message.direction().wireName());
            } else if (line instanceof Line.Close close) {
                json.writeStringField("by", close.by().wireName());
                optional(json, "reason", close.reason());
            }
        });
    }

    /** The fields of one JSON object as text: strings, numbers and booleans. Nested values are left out. */
    static Map<String, String> flat(String text) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object: " + shortened(text));
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (value.isStructStart()) {
                    json.skipChildren();
                } else if (value != JsonToken.VALUE_NULL) {
                    fields.put(name, json.getText());
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
                throw new IOException("not one JSON object: " + shortened(text));
            }
        } catch (JsonProcessingException e) {
            throw new IOException("not valid JSON: " + shortened(text), e);
        }
        return fields;
    }

    static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private interface Content {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private static String object(Content content) {
        StringWriter text = new StringWriter(192);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            content.writeTo(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void optional(JsonGenerator json, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        }
    }
}

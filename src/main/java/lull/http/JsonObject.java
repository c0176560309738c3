package lull.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON object whose values are all strings: no call takes anything else. It is read strictly: each name known and given once, each
 * value a string, nothing behind the end. Reading stops at the first thing that is wrong, so that no nesting is ever followed.
 */
final class JsonObject {

    private static final JsonFactory JSON = new JsonFactory();

    /** Jackson's own words on malformed JSON hold a piece of the input. */
    private static final int LONGEST_REASON = 80;

    private final Map<String, String> fields;

    private JsonObject(Map<String, String> fields) {
        this.fields = fields;
    }

    static JsonObject empty() {
        return new JsonObject(Map.of());
    }

    /**
     * @param known the names that the object may have
     * @throws Problem.Refused naming the field that is wrong, and for malformed JSON the line and column
     */
    static JsonObject parse(byte[] utf8, Set<String> known) {
        CharBuffer text = decode(utf8);
        try (JsonParser parser = JSON.createParser(text.array(), 0, text.limit())) {
            return new JsonObject(read(parser, known));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is read but memory
        }
    }

    private static CharBuffer decode(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8));
        } catch (CharacterCodingException e) {
            throw Problem.bad("body", "the text is not UTF-8", "JSON in UTF-8").refused();
        }
    }

    private static Map<String, String> read(JsonParser parser, Set<String> known) throws IOException {
        Map<String, String> fields = new HashMap<>(16);
        try {
            readStart(parser);
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                if (!known.contains(name)) {
                    throw Problem.bad(pointer(name), "there is no such field", "one of: " + list(known))
                            .refused();
                }
                JsonToken value = parser.nextToken();
                if (value != JsonToken.VALUE_STRING) {
                    String expected = "a string, or to be left out if it is optional";
                    throw Problem.bad(pointer(name), "it is " + kind(value), expected)
                            .refused();
                }
                if (fields.put(name, parser.getText()) != null) {
                    throw Problem.bad(pointer(name), "it is given twice", "each field once")
                            .refused();
                }
            }
            if (parser.nextToken() != null) {
                String detail = "there is more after the object" + at(parser.currentTokenLocation());
                throw Problem.bad("body", detail, "one JSON object and nothing else")
                        .refused();
            }
            return fields;
        } catch (JsonProcessingException e) {
            String name = parser.currentName();
            String field = name == null || fields.containsKey(name) ? "body" : pointer(name);
            throw Problem.bad(field, "malformed JSON" + at(e.getLocation()) + ": " + reason(e), "well-formed JSON")
                    .refused();
        }
    }

    private static void readStart(JsonParser parser) throws IOException {
        JsonToken start = parser.nextToken();
        if (start == null) {
            throw Problem.bad("body", "there is nothing in it", "a JSON object").refused();
        }
        if (start != JsonToken.START_OBJECT) {
            throw Problem.bad("body", "it is " + kind(start), "a JSON object").refused();
        }
    }

    private static String at(JsonLocation location) {
        return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String reason(JsonProcessingException e) {
        String reason = e.getOriginalMessage().replaceAll("[^ -~]", "?");
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "...";
    }

    private static String kind(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a truth value";
            case VALUE_NULL -> "null";
            case VALUE_STRING -> "a string";
            default -> "something else";
        };
    }

    private static String list(Set<String> known) {
        return String.join(", ", known.stream().sorted().toList());
    }

    /** The JSON pointer to a field of this name; shortened, and printable, because any name can come in. */
    private static String pointer(String name) {
        String quoted = Problem.quote(name);
        return "/" + quoted.substring(1, quoted.length() - 1).replace("~", "~0").replace("/", "~1");
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }
}

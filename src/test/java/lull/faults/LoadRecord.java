package lull.faults;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.Optional;
import lull.faults.Request.Kind;

/**
 * One line of the load client's log: a request that was sent once, or was not, and what came of it.
 *
 * @param number of the request; its attempts share it
 * @param attempt from 1
 * @param again whether its id had been sent before by an earlier request
 * @param id of the message or closing; empty for a look
 * @param node where it was sent; empty if nowhere
 * @param status of the answer; 0 if there was none
 * @param session as answered; 0 if the answer did not say
 * @param state as answered; empty if the answer did not say
 * @param at the effective time, as answered
 * @param sequence of the last event, as a look was answered; 0 otherwise
 * @param last whether nothing followed: the outcome of the request
 * @param note why there was no answer, or the beginning of one that was not expected
 */
record LoadRecord(
        long number,
        int attempt,
        boolean again,
        Kind kind,
        String conversation,
        Optional<String> id,
        String detail,
        Instant planned,
        Instant begun,
        Instant ended,
        Optional<String> node,
        Outcome outcome,
        int status,
        int session,
        String state,
        Optional<Instant> at,
        long sequence,
        boolean last,
        String note) {

    private static final JsonFactory JSON = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    /** One line, with its end. */
    void write(Writer out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("number", number);
            json.writeNumberField("attempt", attempt);
            json.writeBooleanField("again", again);
            json.writeStringField("kind", kind.name());
            json.writeStringField("conversation", conversation);
            if (id.isPresent()) {
                json.writeStringField("id", id.get());
            }
            json.writeStringField("detail", detail);
            json.writeStringField("planned", planned.toString());
            json.writeStringField("begun", begun.toString());
            json.writeStringField("ended", ended.toString());
            if (node.isPresent()) {
                json.writeStringField("node", node.get());
            }
            json.writeStringField("outcome", outcome.name());
            json.writeNumberField("status", status);
            if (session > 0) {
                json.writeNumberField("session", session);
            }
            if (!state.isEmpty()) {
                json.writeStringField("state", state);
            }
            if (at.isPresent()) {
                json.writeStringField("at", at.get().toString());
            }
            if (sequence > 0) {
                json.writeNumberField("sequence", sequence);
            }
            json.writeBooleanField("last", last);
            if (!note.isEmpty()) {
                json.writeStringField("note", note);
            }
            json.writeEndObject();
        }
        out.write('\n');
    }

    static LoadRecord read(JsonNode json) {
        return new LoadRecord(
                json.required("number").longValue(),
                json.required("attempt").intValue(),
                json.required("again").booleanValue(),
                Kind.valueOf(json.required("kind").textValue()),
                json.required("conversation").textValue(),
                Optional.ofNullable(json.path("id").textValue()),
                json.required("detail").textValue(),
                time(json, "planned"),
                time(json, "begun"),
                time(json, "ended"),
                Optional.ofNullable(json.path("node").textValue()),
                Outcome.valueOf(json.required("outcome").textValue()),
                json.required("status").intValue(),
                json.path("session").intValue(),
                json.path("state").asText(),
                Optional.ofNullable(json.path("at").textValue()).map(Instant::parse),
                json.path("sequence").longValue(),
                json.required("last").booleanValue(),
                json.path("note").asText());
    }

    private static Instant time(JsonNode json, String name) {
        return Instant.parse(json.required(name).textValue());
    }
}

package lull.http;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lull.domain.Answer;
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
import lull.domain.ConversationId;
import lull.domain.Deadline;
import lull.domain.Policy;
import lull.domain.State;
import lull.entity.ConversationView;
import lull.readmodel.ConversationRow;
import lull.readmodel.JournalEntry;

/** Writes everything that goes out as JSON. What is absent is left out; the one exception is {@code from} of an opening. */
final class Json {

    private static final JsonFactory JSON = new JsonFactory();

    private Json() {}

    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] bytes(Content content) {
        ByteArrayBuilder bytes = new ByteArrayBuilder(512);
        try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is written but memory
        }
        return bytes.toByteArray();
    }

    private static void object(JsonGenerator json, Content content) throws IOException {
        json.writeStartObject();
        content.write(json);
        json.writeEndObject();
    }

    static byte[] problem(Problem problem) {
        return bytes(json -> writeProblem(json, problem));
    }

    private static void writeProblem(JsonGenerator json, Problem problem) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "about:blank");
        json.writeStringField("title", problem.title());
        json.writeNumberField("status", problem.status());
        json.writeStringField("detail", problem.detail());
        writeIfPresent(json, "field", problem.field());
        writeIfPresent(json, "expected", problem.expected());
        for (Map.Entry<String, Object> member : problem.members().entrySet()) {
            if (member.getValue() instanceof Number number) {
                json.writeNumberField(member.getKey(), number.longValue());
            } else {
                json.writeStringField(member.getKey(), member.getValue().toString());
            }
        }
        json.writeEndObject();
    }

    static byte[] recorded(ConversationId id, String messageId, Answer answer) {
        return bytes(json -> object(json, it -> writeAnswer(it, id, Optional.of(messageId), answer)));
    }

    static byte[] closed(ConversationId id, Answer answer) {
        return bytes(json -> object(json, it -> writeAnswer(it, id, Optional.empty(), answer)));
    }

    private static void writeAnswer(JsonGenerator json, ConversationId id, Optional<String> messageId, Answer answer)
            throws IOException {
        json.writeStringField("conversation", id.key());
        writeIfPresent(json, "messageId", messageId);
        json.writeNumberField("session", answer.session());
        json.writeStringField("state", answer.state().wireName());
        json.writeStringField("at", answer.at().toString());
    }

    /** The result of a line of a message stream, with its line break. */
    static byte[] result(long line, ConversationId id, Optional<String> messageId, Answer answer) {
        return bytes(json -> {
            json.writeStartObject();
            json.writeNumberField("line", line);
            json.writeNumberField("status", 200);
            writeAnswer(json, id, messageId, answer);
            json.writeEndObject();
            json.writeRaw('\n');
        });
    }

    /** The result of a line that was refused, with its line break. */
    static byte[] result(long line, Problem problem) {
        return bytes(json -> {
            json.writeStartObject();
            json.writeNumberField("line", line);
            json.writeNumberField("status", problem.status());
            json.writeFieldName("problem");
            writeProblem(json, problem);
            json.writeEndObject();
            json.writeRaw('\n');
        });
    }

    static byte[] conversation(ConversationView view) {
        return bytes(json -> {
            json.writeStartObject();
            json.writeStringField("conversation", view.id().key());
            json.writeNumberField("session", view.session());
            json.writeStringField("state", view.state().wireName());
            json.writeStringField("openedAt", view.openedAt().toString());
            json.writeStringField("since", view.since().toString());
            json.writeStringField("lastActivity", view.lastActivity().toString());
            json.writeNumberField("sequence", view.sequence());
            writePolicy(json, view.policy());
            if (view.next().isPresent()) {
                Deadline next = view.next().get();
                json.writeObjectFieldStart("next");
                writeDeadline(json, next);
                json.writeStringField("because", Because.sentence(view, next));
                json.writeEndObject();
            }
            if (view.end().isPresent()) {
                ConversationView.End end = view.end().get();
                json.writeObjectFieldStart("ended");
                json.writeStringField("by", end.by().wireName());
                json.writeStringField("rule", end.cause());
                writeIfPresent(json, "reason", end.reason());
                json.writeEndObject();
            }
            json.writeEndObject();
        });
    }

    private static void writePolicy(JsonGenerator json, Policy policy) throws IOException {
        json.writeObjectFieldStart("policy");
        json.writeStringField("idleAfter", policy.idleAfter().toString());
        writeIfPresent(json, "expireAfter", policy.expireAfter().map(Duration::toString));
        writeIfPresent(json, "pendingExpireAfter", policy.pendingExpireAfter().map(Duration::toString));
        writeIfPresent(json, "maxAge", policy.maxAge().map(Duration::toString));
        json.writeEndObject();
    }

    private static void writeDeadline(JsonGenerator json, Deadline deadline) throws IOException {
        json.writeStringField("at", deadline.at().toString());
        json.writeStringField("to", deadline.rule().to().wireName());
        json.writeStringField("rule", deadline.rule().wireName());
    }

    static byte[] list(List<ConversationRow> rows, Optional<String> nextCursor) {
        return bytes(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("conversations");
            for (ConversationRow row : rows) {
                json.writeStartObject();
                json.writeStringField("conversation", row.id().key());
                json.writeNumberField("session", row.session());
                json.writeStringField("state", row.state().wireName());
                json.writeStringField("openedAt", row.openedAt().toString());
                json.writeStringField("since", row.since().toString());
                json.writeStringField("lastActivity", row.lastActivity().toString());
                if (row.next().isPresent()) {
                    json.writeObjectFieldStart("next");
                    writeDeadline(json, row.next().get());
                    json.writeEndObject();
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            writeIfPresent(json, "nextCursor", nextCursor);
            json.writeEndObject();
        });
    }

    static byte[] tick(TickAnswer tick, HttpSettings.Timing timing) {
        return bytes(json -> {
            json.writeStartObject();
            json.writeStringField("now", tick.now().toString());
            json.writeStringField("clock", timing.wireName());
            json.writeNumberField("slices", tick.slices());
            json.writeNumberField("due", tick.due());
            json.writeNumberField("transitioned", tick.transitioned());
            json.writeNumberField("alreadyDone", tick.alreadyDone());
            json.writeNumberField("failed", tick.failed());
            json.writeStringField("oldestLateness", tick.oldestLateness().toString());
            json.writeStringField("duration", tick.duration().toString());
            json.writeEndObject();
        });
    }

    /** What comes before the events of a history. */
    static byte[] historyStart(ConversationId id) {
        byte[] object = bytes(json -> {
            json.writeStartObject();
            json.writeStringField("conversation", id.key());
            json.writeArrayFieldStart("events");
            json.writeEndArray();
            json.writeEndObject();
        });
        return Arrays.copyOf(object, object.length - 2);
    }

    /** Events of a history, with a comma before each but the first. */
    static byte[] historyEvents(List<JournalEntry> entries, boolean first) {
        return bytes(json -> {
            json.setRootValueSeparator(null);
            boolean comma = !first;
            for (JournalEntry entry : entries) {
                if (comma) {
                    json.writeRaw(',');
                }
                comma = true;
                writeHistoryEvent(json, entry);
            }
        });
    }

    private static void writeHistoryEvent(JsonGenerator json, JournalEntry entry) throws IOException {
        ConversationEvent event = entry.event();
        json.writeStartObject();
        json.writeNumberField("sequence", entry.sequence());
        json.writeStringField("type", type(event));
        json.writeNumberField("session", event.session());
        json.writeStringField("at", event.at().toString());
        json.writeStringField("recordedAt", entry.recordedAt().toString());
        if (event instanceof Transition transition) {
            json.writeStringField("observedAt", transition.observedAt().toString());
            writeIfPresent(json, "from", transition.from().map(State::wireName));
            json.writeStringField("to", transition.to().wireName());
        }
        if (event instanceof Opened opened) {
            writePolicy(json, opened.policy());
        } else if (event instanceof Expired expired) {
            json.writeStringField("rule", expired.rule().wireName());
        } else if (event instanceof Ended ended) {
            json.writeStringField("by", ended.by().wireName());
            writeIfPresent(json, "reason", ended.reason());
        } else if (event instanceof ClosingIgnored ignored) {
            json.writeStringField("to", ignored.to().wireName());
            json.writeStringField("by", ignored.by().wireName());
            writeIfPresent(json, "reason", ignored.reason());
        }
        writeIfPresent(json, "messageId", event.requestId());
        if (event instanceof MessageRecorded message) {
            json.writeStringField("direction", message.direction().wireName());
            writeIfPresent(json, "from", message.from());
        }
        json.writeEndObject();
    }

    private static String type(ConversationEvent event) {
        if (event instanceof Opened) {
            return "opened";
        }
        if (event instanceof MessageRecorded) {
            return "message";
        }
        if (event instanceof Replied) {
            return "reply";
        }
        if (event instanceof WentIdle) {
            return "idle";
        }
        if (event instanceof Reactivated) {
            return "reactivated";
        }
        if (event instanceof ClosingIgnored) {
            return "closing-ignored";
        }
        return ((Transition) event).to().wireName(); // expired, closed, failed
    }

    /** Lines of the feed of transitions. */
    static byte[] transitions(List<JournalEntry> entries) {
        return bytes(json -> {
            json.setRootValueSeparator(null);
            for (JournalEntry entry : entries) {
                writeTransition(json, entry);
                json.writeRaw('\n');
            }
        });
    }

    private static void writeTransition(JsonGenerator json, JournalEntry entry) throws IOException {
        Transition transition = (Transition) entry.event();
        json.writeStartObject();
        json.writeStringField("conversation", entry.id().key());
        json.writeNumberField("session", transition.session());
        json.writeStringField("from", transition.from().map(State::wireName).orElse(null));
        json.writeStringField("to", transition.to().wireName());
        json.writeStringField("at", transition.at().toString());
        json.writeStringField("reason", transition.cause());
        json.writeStringField("observedAt", transition.observedAt().toString());
        json.writeNumberField("sequence", entry.position());
        json.writeEndObject();
    }

    /** Lines of the feed of messages. */
    static byte[] messages(List<JournalEntry> entries) {
        return bytes(json -> {
            json.setRootValueSeparator(null);
            for (JournalEntry entry : entries) {
                writeMessage(json, entry);
                json.writeRaw('\n');
            }
        });
    }

    private static void writeMessage(JsonGenerator json, JournalEntry entry) throws IOException {
        ConversationEvent event = entry.event();
        json.writeStartObject();
        json.writeStringField("conversation", entry.id().key());
        writeIfPresent(json, "messageId", event.requestId());
        json.writeStringField("at", event.at().toString());
        if (event instanceof MessageRecorded message) {
            writeIfPresent(json, "from", message.from());
            json.writeStringField("direction", message.direction().wireName());
        } else if (event instanceof Ended ended) {
            json.writeStringField("type", closing(ended.to()));
        } else if (event instanceof ClosingIgnored ignored) {
            json.writeStringField("type", closing(ignored.to()));
        } else {
            throw new IllegalStateException("neither a message nor a closing: " + event);
        }
        json.writeNumberField("session", event.session());
        json.writeNumberField("sequence", entry.position());
        json.writeEndObject();
    }

    private static String closing(State to) {
        return to == State.FAILED ? "fail" : "close";
    }

    private static void writeIfPresent(JsonGenerator json, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        }
    }
}

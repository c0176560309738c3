package lull.http;

import akka.http.javadsl.model.HttpRequest;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import lull.domain.Answer;
import lull.domain.ConversationId;
import lull.entity.Conversations;
import lull.entity.NewClosing;
import lull.entity.NewMessage;
import lull.entity.Reply;
import lull.http.Lines.Line;

/**
 * Carries out the lines of one message stream. The lines of a conversation take turns, in their order; those of others do not wait for
 * them. Once the outcome of a line is not known no other is begun, so that no later line of its conversation can overtake it: the
 * stream ends there and the client sends again from that line.
 */
final class Turns {

    private static final Set<String> FIELDS =
            Set.of("conversation", "type", "messageId", "direction", "at", "from", "by", "reason");

    private static final Problem NOT_BEGUN = Problem.unavailable(
            "the stream ends here, because it is not known what became of another line: send it again from this line on");

    /** @param last true if nothing may follow */
    record Result(byte[] json, boolean last) {}

    private final Conversations conversations;
    private final RequestReader reader;
    private final HttpRequest request;
    private final Map<ConversationId, CompletableFuture<Result>> latest = new ConcurrentHashMap<>();
    private volatile boolean ending;

    /** @param request the one that the lines came with, for the log */
    Turns(Conversations conversations, RequestReader reader, HttpRequest request) {
        this.conversations = conversations;
        this.reader = reader;
        this.request = request;
    }

    /** Never fails. Called with one line after the other, from one thread at a time. */
    CompletionStage<Result> carryOut(Line line) {
        if (line.problem() != null) {
            return CompletableFuture.completedFuture(refused(line, line.problem()));
        }
        try {
            return inTurn(line, JsonObject.parse(line.text(), FIELDS));
        } catch (Problem.Refused e) {
            return CompletableFuture.completedFuture(refused(line, e.problem()));
        }
    }

    private CompletionStage<Result> inTurn(Line line, JsonObject json) {
        ConversationId id = Keys.id(
                "/conversation",
                json.get("conversation")
                        .orElseThrow(() -> Problem.bad("/conversation", "it is missing", "the key of a conversation")
                                .refused()));
        Supplier<CompletionStage<Result>> call = call(line, json, id);
        CompletableFuture<Result> before = latest.get(id);
        CompletableFuture<Result> result = (before == null
                        ? begin(line, call)
                        : before.thenCompose(it -> begin(line, call)))
                .exceptionally(failure -> refused(line, Failures.problem(request, failure)))
                .toCompletableFuture();
        latest.put(id, result);
        result.thenRun(() -> latest.remove(id, result));
        return result;
    }

    private CompletionStage<Result> begin(Line line, Supplier<CompletionStage<Result>> call) {
        return ending ? CompletableFuture.completedFuture(refused(line, NOT_BEGUN)) : call.get();
    }

    private Supplier<CompletionStage<Result>> call(Line line, JsonObject json, ConversationId id) {
        String type = json.get("type").orElse("message");
        if (type.equals("close")) {
            refuse(json, "direction", "a close line has none");
            refuse(json, "from", "a close line has none");
            NewClosing closing = reader.closeLine(json);
            return () -> conversations.close(id, closing).thenApply(reply -> closed(line, id, closing, reply));
        }
        if (type.equals("message")) {
            refuse(json, "by", "only a close line has one");
            refuse(json, "reason", "only a close line has one");
            NewMessage message = reader.message(json);
            return () -> conversations.record(id, message).thenApply(reply -> recorded(line, id, message, reply));
        }
        throw Problem.bad("/type", Problem.quote(type) + " is not known here", "one of: message, close")
                .refused();
    }

    private static void refuse(JsonObject json, String name, String why) {
        if (json.has(name)) {
            throw Problem.bad("/" + name, why, "to be left out").refused();
        }
    }

    private Result recorded(Line line, ConversationId id, NewMessage message, Reply.Recorded reply) {
        return reply.answer().accepted()
                ? carriedOut(line, id, Optional.of(message.messageId()), reply.answer())
                : refused(line, ConversationCalls.idOfRefusedClosing(reply.answer()));
    }

    private Result closed(Line line, ConversationId id, NewClosing closing, Reply.Closed reply) {
        return ConversationCalls.refusal(reply)
                .map(problem -> refused(line, problem))
                .orElseGet(() -> carriedOut(line, id, closing.messageId(), reply.answer()));
    }

    private static Result carriedOut(Line line, ConversationId id, Optional<String> messageId, Answer answer) {
        return new Result(Json.result(line.number(), id, messageId, answer), false);
    }

    private Result refused(Line line, Problem problem) {
        boolean last = problem.status() >= 500;
        if (last) {
            ending = true;
        }
        return new Result(Json.result(line.number(), problem), last);
    }
}

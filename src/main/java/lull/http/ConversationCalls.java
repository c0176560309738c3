package lull.http;

import akka.NotUsed;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import lull.domain.Answer;
import lull.domain.ConversationId;
import lull.domain.State;
import lull.entity.ConversationView;
import lull.entity.Conversations;
import lull.entity.NewClosing;
import lull.entity.NewMessage;
import lull.entity.Reply;
import lull.http.Router.Call;
import lull.readmodel.JournalEntry;
import lull.readmodel.ReadModel;

/** The calls to one conversation. */
final class ConversationCalls {

    private final Conversations conversations;
    private final ReadModel readModel;
    private final RequestReader reader;
    private final Bodies bodies;
    private final Materializer materializer;

    ConversationCalls(
            Conversations conversations,
            ReadModel readModel,
            RequestReader reader,
            Bodies bodies,
            Materializer materializer) {
        this.conversations = conversations;
        this.readModel = readModel;
        this.reader = reader;
        this.bodies = bodies;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> record(Call call) {
        ConversationId id = Keys.id("key", call.key());
        return bodies.receive(call.request(), body -> {
            NewMessage message = reader.message(JsonObject.parse(body, RequestReader.MESSAGE));
            return conversations.record(id, message).thenApply(reply -> recorded(id, message.messageId(), reply));
        });
    }

    private static HttpResponse recorded(ConversationId id, String messageId, Reply.Recorded reply) {
        Answer answer = reply.answer();
        if (!answer.accepted()) {
            return Answers.problem(idOfRefusedClosing(answer));
        }
        HttpResponse response = Answers.json(Json.recorded(id, messageId, answer));
        return reply.repeated() ? response.addHeader(Answers.REPLAYED) : response;
    }

    /** A message repeats the id of a closing that came too late: the answer of then is the answer now. */
    static Problem idOfRefusedClosing(Answer answer) {
        Problem problem = Problem.of(
                409,
                "/messageId",
                "a closing of this conversation had this id before, and was refused",
                "an id that is unique in the conversation");
        return answer.state() == null ? problem : withState(problem, answer.session(), answer.state());
    }

    CompletionStage<HttpResponse> close(Call call) {
        return end(call, RequestReader.CLOSE, reader::close);
    }

    CompletionStage<HttpResponse> fail(Call call) {
        return end(call, RequestReader.FAIL, reader::fail);
    }

    private CompletionStage<HttpResponse> end(
            Call call, Set<String> fields, BiFunction<JsonObject, OptionalLong, NewClosing> read) {
        ConversationId id = Keys.id("key", call.key());
        Optional<EntityTags> condition = EntityTags.of(call.request(), EntityTags.IF_MATCH);
        return bodies.receive(call.request(), body -> {
            JsonObject json = JsonObject.parse(body, fields);
            NewClosing unconditional = read.apply(json, OptionalLong.empty());
            return expected(id, condition)
                    .thenCompose(sequence ->
                            conversations.close(id, sequence.isEmpty() ? unconditional : read.apply(json, sequence)))
                    .thenApply(reply -> closed(id, reply));
        });
    }

    /** Of several tags the one that the conversation has now is passed on: the conversation itself compares with one. */
    private CompletionStage<OptionalLong> expected(ConversationId id, Optional<EntityTags> condition) {
        if (condition.isEmpty()) {
            return CompletableFuture.completedFuture(OptionalLong.empty());
        }
        EntityTags tags = condition.get();
        if (!tags.isChoice()) {
            return CompletableFuture.completedFuture(tags.expected(OptionalLong.empty()));
        }
        return conversations
                .get(id)
                .thenApply(view -> tags.expected(
                        view.map(it -> OptionalLong.of(it.sequence())).orElse(OptionalLong.empty())));
    }

    private static HttpResponse closed(ConversationId id, Reply.Closed reply) {
        HttpResponse response =
                refusal(reply).map(Answers::problem).orElseGet(() -> Answers.json(Json.closed(id, reply.answer())));
        if (reply.outcome() == Reply.Outcome.CHANGED_MEANWHILE && reply.now().isPresent()) {
            response = response.addHeader(Answers.entityTag(reply.now().get().sequence()));
        }
        return reply.repeated() ? response.addHeader(Answers.REPLAYED) : response;
    }

    /** Why a closing did not end the session; empty if it did. */
    static Optional<Problem> refusal(Reply.Closed reply) {
        Answer answer = reply.answer();
        return switch (reply.outcome()) {
            case ENDED -> Optional.empty();
            case UNKNOWN -> Optional.of(unknown());
            case TOO_LATE ->
                Optional.of(
                        answer.state() == null
                                ? unknown()
                                : withState(
                                        Problem.of(
                                                409,
                                                "session " + answer.session() + " had ended before: it is "
                                                        + answer.state().wireName()),
                                        answer.session(),
                                        answer.state()));
            case CHANGED_MEANWHILE -> {
                Problem problem = Problem.of(
                        412,
                        EntityTags.IF_MATCH,
                        "the conversation is not at that sequence number",
                        "the sequence number of the conversation as it stands");
                yield Optional.of(reply.now()
                        .map(it -> problem.with("sequence", it.sequence()))
                        .orElse(problem));
            }
        };
    }

    private static Problem withState(Problem problem, int session, State state) {
        return problem.with("session", session).with("state", state.wireName());
    }

    private static Problem unknown() {
        return Problem.of(
                404, "key", "no such conversation has had a session", "the key of a conversation that was written to");
    }

    CompletionStage<HttpResponse> get(Call call) {
        ConversationId id = Keys.id("key", call.key());
        Optional<EntityTags> condition = EntityTags.of(call.request(), EntityTags.IF_NONE_MATCH);
        return conversations.get(id).thenApply(found -> {
            ConversationView view = found.orElseThrow(() -> unknown().refused());
            if (condition.isPresent() && condition.get().matchesWeakly(view.sequence())) {
                return Answers.notModified(view.sequence());
            }
            return Answers.json(Json.conversation(view)).addHeader(Answers.entityTag(view.sequence()));
        });
    }

    CompletionStage<HttpResponse> history(Call call) {
        ConversationId id = Keys.id("key", call.key());
        return readModel
                .history(id)
                .grouped(Feeds.BATCH)
                .prefixAndTail(1)
                .runWith(Sink.head(), materializer)
                .thenApply(split -> {
                    List<List<JournalEntry>> first = split.first();
                    if (first.isEmpty()) {
                        throw unknown().refused();
                    }
                    Source<ByteString, NotUsed> start = Source.single(ByteString.fromArrayUnsafe(Json.historyStart(id))
                            .concat(ByteString.fromArrayUnsafe(Json.historyEvents(first.get(0), true))));
                    Source<ByteString, NotUsed> rest =
                            split.second().map(it -> ByteString.fromArrayUnsafe(Json.historyEvents(it, false)));
                    return Answers.stream(
                            ContentTypes.APPLICATION_JSON,
                            start.concat(rest).concat(Source.single(ByteString.fromString("]}"))));
                });
    }
}

package lull.http;

import akka.NotUsed;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.Pair;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import lull.entity.Conversations;
import lull.http.Lines.Line;
import lull.http.Router.Call;

/**
 * The call that records a stream of messages and answers with a stream of results, line by line in the order of the input.
 *
 * <p>Nothing is buffered beyond {@link #IN_FLIGHT} lines: a client that does not read its results is not read from either. What becomes
 * of a line is up to {@link Turns}.
 */
final class MessageStream {

    /** The most lines that are carried out at a time. */
    static final int IN_FLIGHT = 32;

    /** Results go out at once; those that find the connection busy wait together, up to so many bytes. */
    private static final int CHUNK = 8 * 1024;

    private static final Problem BROKEN_OFF = Problem.bad(
            "body",
            "the body broke off here or is not framed as HTTP demands",
            "a complete body: send again from this line");

    private record Part(ByteString bytes, boolean brokenOff) {
        List<Line> cut(Lines lines) {
            return brokenOff ? lines.brokenOff(BROKEN_OFF) : lines.add(bytes.toArrayUnsafe());
        }
    }

    private final Conversations conversations;
    private final RequestReader reader;
    private final Materializer materializer;

    MessageStream(Conversations conversations, RequestReader reader, Materializer materializer) {
        this.conversations = conversations;
        this.reader = reader;
        this.materializer = materializer;
    }

    /**
     * Waits for the first bytes before it answers: a client that asks first whether it may send (Expect: 100-continue) is told so only
     * while there is no answer.
     */
    CompletionStage<HttpResponse> answer(Call call) {
        HttpRequest request = call.request();
        Bodies.checkType(request, "application/x-ndjson", "x-ndjson", "ndjson");
        return request.entity()
                .withoutSizeLimit()
                .getDataBytes()
                .prefixAndTail(1)
                .runWith(Sink.head(), materializer)
                .thenApply(split -> Answers.stream(
                        Answers.NDJSON,
                        results(request, Source.from(split.first()).concat(split.second()))));
    }

    /** The results of the lines of a body. */
    Source<ByteString, NotUsed> results(HttpRequest request, Source<ByteString, NotUsed> body) {
        Turns turns = new Turns(conversations, reader, request);
        return body.map(it -> new Part(it, false))
                .recover(Throwable.class, () -> new Part(ByteString.emptyByteString(), true))
                .statefulMap(
                        () -> new Lines(Bodies.LIMIT),
                        (lines, part) -> Pair.create(lines, part.cut(lines)),
                        lines -> Optional.of(lines.end()))
                .mapConcat(it -> it)
                .mapAsync(IN_FLIGHT, turns::carryOut)
                .via(new EndAfterLast())
                .map(it -> ByteString.fromArrayUnsafe(it.json()))
                .batchWeighted(CHUNK, it -> (long) it.size(), it -> it, (all, it) -> all.concat(it));
    }
}

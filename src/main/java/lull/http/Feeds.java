package lull.http;

import akka.NotUsed;
import akka.http.javadsl.model.HttpResponse;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import lull.http.Router.Call;
import lull.readmodel.JournalEntry;
import lull.readmodel.ReadModel;

/** The calls that answer with everything behind a place in the journal, line by line, as fast as the client reads. */
final class Feeds {

    static final Set<String> QUERY = Set.of("after");

    /** Entries to a chunk: about 8-16 KiB, so that neither chunks nor memory count. */
    static final int BATCH = 64;

    private interface Lines {
        byte[] write(List<JournalEntry> entries);
    }

    private final ReadModel readModel;
    private final Materializer materializer;

    Feeds(ReadModel readModel, Materializer materializer) {
        this.readModel = readModel;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> transitions(Call call) {
        long after = call.query().position("after");
        return answer(readModel.transitions(Keys.TENANT, after), Json::transitions);
    }

    CompletionStage<HttpResponse> messages(Call call) {
        long after = call.query().position("after");
        return answer(readModel.requests(Keys.TENANT, after), Json::messages);
    }

    /** Waits for the first entries, so that a database that is out of reach is a plain 503 and not an answer that breaks off. */
    private CompletionStage<HttpResponse> answer(Source<JournalEntry, NotUsed> entries, Lines lines) {
        return entries.grouped(BATCH)
                .map(it -> ByteString.fromArrayUnsafe(lines.write(it)))
                .prefixAndTail(1)
                .runWith(Sink.head(), materializer)
                .thenApply(split -> Answers.stream(
                        Answers.NDJSON, Source.from(split.first()).concat(split.second())));
    }
}

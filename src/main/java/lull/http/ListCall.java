package lull.http;

import akka.http.javadsl.model.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import lull.domain.State;
import lull.http.Router.Call;
import lull.readmodel.ConversationRow;
import lull.readmodel.ListQuery;
import lull.readmodel.ReadModel;

/** The call that lists conversations, page by page. */
final class ListCall {

    static final Set<String> QUERY = Set.of("state", "dueBefore", "cursor", "limit");

    private static final int LIMIT = 100;
    private static final int LARGEST_LIMIT = 1_000;

    private final ReadModel readModel;

    ListCall(ReadModel readModel) {
        this.readModel = readModel;
    }

    CompletionStage<HttpResponse> list(Call call) {
        Query query = call.query();
        Optional<State> state =
                query.get("state").map(it -> RequestReader.named("state", it, State.values(), State::wireName));
        Optional<Instant> dueBefore = query.get("dueBefore").map(it -> Times.parse("dueBefore", it, Times.END));
        Optional<ListQuery.Cursor> after = query.get("cursor").map(Cursors::read);
        int limit = query.number("limit", 1, LARGEST_LIMIT, LIMIT);
        return readModel
                .list(new ListQuery(Keys.TENANT, state, dueBefore, after, limit))
                .thenApply(rows -> Answers.json(Json.list(rows, next(rows, limit))));
    }

    /** A page that is not full is the last. */
    private static Optional<String> next(List<ConversationRow> rows, int limit) {
        if (rows.size() < limit) {
            return Optional.empty();
        }
        ConversationRow last = rows.get(rows.size() - 1);
        return Optional.of(Cursors.write(
                new ListQuery.Cursor(last.lastActivity(), last.id().key())));
    }
}

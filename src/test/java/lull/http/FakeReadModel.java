package lull.http;

import akka.NotUsed;
import akka.stream.javadsl.Source;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import lull.domain.ConversationEvent;
import lull.domain.ConversationId;
import lull.entity.ConversationView;
import lull.readmodel.ConversationRow;
import lull.readmodel.JournalEntry;
import lull.readmodel.ListQuery;
import lull.readmodel.ReadModel;

/** The read model of {@link FakeConversations}: never behind. */
final class FakeReadModel implements ReadModel {

    private final FakeConversations conversations;

    /** What the database does to whatever is read from it. */
    volatile UnaryOperator<Source<JournalEntry, NotUsed>> database = UnaryOperator.identity();

    volatile RuntimeException listFailure;

    FakeReadModel(FakeConversations conversations) {
        this.conversations = conversations;
    }

    @Override
    public CompletionStage<List<ConversationRow>> list(ListQuery query) {
        if (listFailure != null) {
            return CompletableFuture.failedFuture(listFailure);
        }
        Comparator<ConversationView> newestFirst = Comparator.comparing(ConversationView::lastActivity)
                .reversed()
                .thenComparing(it -> it.id().key());
        return CompletableFuture.completedFuture(conversations.views().stream()
                .sorted(newestFirst)
                .filter(it -> query.state().map(it.state()::equals).orElse(true))
                .filter(it -> query.dueBefore()
                        .map(due ->
                                it.next().isPresent() && it.next().get().at().isBefore(due))
                        .orElse(true))
                .filter(it -> query.after()
                        .map(place -> it.lastActivity().isBefore(place.lastActivity())
                                || it.lastActivity().equals(place.lastActivity())
                                        && it.id().key().compareTo(place.key()) > 0)
                        .orElse(true))
                .limit(query.limit())
                .map(it -> new ConversationRow(
                        it.id(),
                        it.session(),
                        it.state(),
                        it.openedAt(),
                        it.since(),
                        it.lastActivity(),
                        it.policy(),
                        it.next(),
                        it.sequence()))
                .toList());
    }

    @Override
    public Source<JournalEntry, NotUsed> history(ConversationId id) {
        return database.apply(
                Source.from(conversations.journal()).filter(it -> it.id().equals(id)));
    }

    @Override
    public Source<JournalEntry, NotUsed> transitions(String tenant, long after) {
        return database.apply(Source.from(conversations.journal())
                .filter(it -> it.position() > after && it.event() instanceof ConversationEvent.Transition));
    }

    @Override
    public Source<JournalEntry, NotUsed> requests(String tenant, long after) {
        return database.apply(Source.from(conversations.journal())
                .filter(it -> it.position() > after
                        && (it.event() instanceof ConversationEvent.MessageRecorded
                                || it.event() instanceof ConversationEvent.Ended
                                || it.event() instanceof ConversationEvent.ClosingIgnored)));
    }
}

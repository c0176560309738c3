package lull.readmodel;

import akka.Done;
import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.japi.Pair;
import akka.stream.javadsl.Source;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import lull.domain.ConversationId;
import lull.entity.EventSerializer;

/** The read model in PostgreSQL, and the feeds straight from the journal. */
public final class JdbcReadModel implements ReadModel, DueIndex {

    private static final List<String> TRANSITIONS = List.of(
            EventSerializer.OPENED,
            EventSerializer.REPLY,
            EventSerializer.IDLE,
            EventSerializer.REACTIVATED,
            EventSerializer.EXPIRED,
            EventSerializer.ENDED);

    private static final List<String> REQUESTS =
            List.of(EventSerializer.MESSAGE, EventSerializer.ENDED, EventSerializer.CLOSING_IGNORED);

    private static final int FEED_PAGE = 1_000;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
    private static final Duration CATCH_UP_LIMIT = Duration.ofSeconds(60);
    private static final Duration FEED_WAIT_LIMIT = Duration.ofSeconds(5);

    private static final String HORIZON = "select journal_horizon()";

    private static final String OFFSET = """
            select coalesce(max(current_offset::bigint), 0) from akka_projection_offset_store
            where projection_name = ? and projection_key = ?
            """;

    private final Executor later;
    private final Jdbc jdbc;
    private final JournalQueries journal;
    private final ConversationRepository conversations;

    private JdbcReadModel(Executor threads, Jdbc jdbc, JournalQueries journal, ConversationRepository conversations) {
        this.later = CompletableFuture.delayedExecutor(LOOK_AGAIN.toNanos(), TimeUnit.NANOSECONDS, threads);
        this.jdbc = jdbc;
        this.journal = journal;
        this.conversations = conversations;
    }

    /** Starts this node's part of the projection. */
    public static JdbcReadModel init(
            ActorSystem<?> system, DataSource dataSource, CommitSignal commits, ProjectionSettings settings) {
        Jdbc jdbc = new Jdbc(
                dataSource, system.dispatchers().lookup(DispatcherSelector.fromConfig("lull.blocking-dispatcher")));
        JournalQueries journal = new JournalQueries(new EventDecoder(system));
        ConversationRepository conversations = new ConversationRepository();
        CommitNews news = CommitNews.init(system, commits, settings.gatherTime());
        JournalSource source = new JournalSource(jdbc, journal, commits, news, settings, system.executionContext());
        ConversationProjection.init(system, jdbc, source, conversations, journal);
        return new JdbcReadModel(system.executionContext(), jdbc, journal, conversations);
    }

    @Override
    public CompletionStage<List<ConversationRow>> list(ListQuery query) {
        return jdbc.run(connection -> conversations.list(connection, query));
    }

    @Override
    public CompletionStage<Set<Integer>> dueSlices(Instant now) {
        return jdbc.run(connection -> conversations.dueSlices(connection, now));
    }

    @Override
    public CompletionStage<List<DueConversation>> page(int slice, Instant now, DueConversation after, int limit) {
        return jdbc.run(connection -> conversations.due(connection, slice, now, after, limit));
    }

    @Override
    public CompletionStage<Done> caughtUp() {
        return head().thenCompose(head ->
                await(head, this::offset, CATCH_UP_LIMIT, "the read model has not caught up with the journal"));
    }

    @Override
    public Source<JournalEntry, NotUsed> history(ConversationId id) {
        return pages(
                0L,
                JournalEntry::sequence,
                after -> jdbc.run(connection -> journal.ofOne(connection, id, after, Long.MAX_VALUE, FEED_PAGE)));
    }

    @Override
    public Source<JournalEntry, NotUsed> transitions(String tenant, long after) {
        return feed(tenant, after, TRANSITIONS);
    }

    @Override
    public Source<JournalEntry, NotUsed> requests(String tenant, long after) {
        return feed(tenant, after, REQUESTS);
    }

    /** Everything that was acknowledged before the call is in the feed, and so it first waits until it is safe to read that far. */
    private Source<JournalEntry, NotUsed> feed(String tenant, long after, List<String> kinds) {
        return Source.lazyCompletionStageSource(() -> head().thenCompose(head -> await(
                                head,
                                () -> horizon().thenApply(it -> it - 1),
                                FEED_WAIT_LIMIT,
                                "a transaction holds the feed up")
                        .thenApply(ready -> pages(
                                after,
                                JournalEntry::position,
                                from -> jdbc.run(connection ->
                                        journal.behind(connection, from, head + 1, tenant, kinds, FEED_PAGE))))))
                .mapMaterializedValue(ignored -> NotUsed.getInstance());
    }

    /** Page after page, each read when it is wanted, until one is not full. */
    private static Source<JournalEntry, NotUsed> pages(
            long start,
            java.util.function.ToLongFunction<JournalEntry> place,
            java.util.function.LongFunction<CompletionStage<List<JournalEntry>>> read) {
        return Source.unfoldAsync(
                        Optional.of(start),
                        (Optional<Long> from) -> from.isEmpty()
                                ? CompletableFuture.completedFuture(
                                        Optional.<Pair<Optional<Long>, List<JournalEntry>>>empty())
                                : read.apply(from.get())
                                        .thenApply(page -> Optional.of(Pair.create(
                                                page.size() < FEED_PAGE
                                                        ? Optional.<Long>empty()
                                                        : Optional.of(place.applyAsLong(page.get(page.size() - 1))),
                                                page))))
                .mapConcat(page -> page);
    }

    private CompletionStage<Done> await(
            long wanted, java.util.function.Supplier<CompletionStage<Long>> reached, Duration limit, String complaint) {
        return await(wanted, reached, Instant.now().plus(limit), complaint);
    }

    private CompletionStage<Done> await(
            long wanted, java.util.function.Supplier<CompletionStage<Long>> reached, Instant limit, String complaint) {
        return reached.get().thenCompose(position -> {
            if (position >= wanted) {
                return CompletableFuture.completedFuture(Done.getInstance());
            }
            if (Instant.now().isAfter(limit)) {
                return CompletableFuture.failedFuture(new TimeoutException(complaint));
            }
            return CompletableFuture.supplyAsync(() -> await(wanted, reached, limit, complaint), later)
                    .thenCompose(outcome -> outcome);
        });
    }

    private CompletionStage<Long> head() {
        return jdbc.run(journal::head);
    }

    private CompletionStage<Long> horizon() {
        return jdbc.run(connection -> {
            try (PreparedStatement select = connection.prepareStatement(HORIZON);
                    ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    private CompletionStage<Long> offset() {
        return jdbc.run(connection -> {
            try (PreparedStatement select = connection.prepareStatement(OFFSET)) {
                select.setString(1, ConversationProjection.ID.name());
                select.setString(2, ConversationProjection.ID.key());
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            }
        });
    }
}

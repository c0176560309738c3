package lull.readmodel;

import akka.NotUsed;
import akka.japi.Pair;
import akka.projection.javadsl.SourceProvider;
import akka.stream.OverflowStrategy;
import akka.stream.javadsl.Source;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import lull.domain.ConversationId;

/**
 * The journal as the source of the projection: all events in the order of their positions, live, a page at a time. The offset is the
 * position of the page's last. It reads only below the journal's horizon, where nothing can appear any more (see the package
 * documentation), so it needs no tags and no rule for gaps.
 *
 * <p>When there is nothing to read it waits for the news of a commit. News may get lost, so it also looks from time to time. And what is
 * committed may still lie above the horizon, because another transaction runs that began before: then it looks again soon, since the end of
 * that one may be no news of ours.
 */
final class JournalSource extends SourceProvider<Long, List<JournalEntry>> {

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(80);

    /** So late may the read model be while the same conversations come again and again. */
    private static final Duration LONGEST_GATHERING = Duration.ofMillis(160);

    /** One is read while the one before is brought into the read model: in a storm the tick waits for just that. */
    private static final int PAGES_AHEAD = 1;

    /**
     * What is gathered longer for each event of the page before to whose conversation the page had come back: of the events of a conversation
     * in one page only the last state is written, so messages in quick succession cost less in large pages. In a storm, to which each
     * conversation comes once, there is nothing to wait for.
     */
    private static final Duration PER_RETURN = Duration.ofMillis(10);

    /**
     * Gathering ends before its time if for so long no commit has been heard of: the last events of a burst, which somebody may wait for, are
     * not to wait for more. Twice the time that a node rests between two pieces of its news.
     */
    private static final int QUIET_RESTS = 2;

    private final Jdbc jdbc;
    private final JournalQueries journal;
    private final CommitSignal commits;
    private final CommitNews news;
    private final ProjectionSettings settings;
    private final Executor threads;

    JournalSource(
            Jdbc jdbc,
            JournalQueries journal,
            CommitSignal commits,
            CommitNews news,
            ProjectionSettings settings,
            Executor threads) {
        this.jdbc = jdbc;
        this.journal = journal;
        this.commits = commits;
        this.news = news;
        this.settings = settings;
        this.threads = threads;
    }

    /**
     * @param ready completes when it is time to read behind the position
     * @param pause how long to wait if what is there cannot be read yet
     */
    private record Place(long position, CompletionStage<?> ready, Duration pause) {}

    @Override
    public CompletionStage<Source<List<JournalEntry>, NotUsed>> source(
            Supplier<CompletionStage<Optional<Long>>> offset) {
        return offset.get()
                .thenApply(stored -> Source.unfoldAsync(at(stored.orElse(0L)), this::next)
                        .filter(page -> !page.isEmpty())
                        .buffer(PAGES_AHEAD, OverflowStrategy.backpressure())
                        .watchTermination((before, ended) -> {
                            news.follow();
                            ended.whenComplete((done, failure) -> news.unfollow());
                            return before;
                        }));
    }

    @Override
    public Long extractOffset(List<JournalEntry> page) {
        return page.get(page.size() - 1).position();
    }

    @Override
    public long extractCreationTime(List<JournalEntry> page) {
        return page.get(0).recordedAt().toEpochMilli();
    }

    private Place at(long position) {
        return new Place(position, now(), settings.gatherTime());
    }

    /** One read, which may find nothing. */
    private CompletionStage<Optional<Pair<Place, List<JournalEntry>>>> next(Place place) {
        return place.ready().thenCompose(ready -> {
            // Asked for before the journal is read: a commit after the reading is then not missed.
            CompletionStage<Void> commit = commits.next();
            return jdbc.run(connection -> journal.behind(connection, place.position(), settings.pageRows()))
                    .thenApply(read -> Optional.of(Pair.create(after(place, read, commit), read.entries())));
        });
    }

    private Place after(Place place, JournalQueries.Page read, CompletionStage<Void> commit) {
        long reached = read.entries().isEmpty() ? place.position() : extractOffset(read.entries());
        if (read.isLast()) {
            return new Place(reached, news(commit, gatherTime(read.entries())), settings.gatherTime());
        }
        if (!read.entries().isEmpty()) {
            return at(reached);
        }
        return new Place(
                place.position(), in(place.pause()), shorter(place.pause().multipliedBy(2), LONGEST_PAUSE));
    }

    private Duration gatherTime(List<JournalEntry> page) {
        return shorter(settings.gatherTime().plus(PER_RETURN.multipliedBy(returns(page))), LONGEST_GATHERING);
    }

    /** Events of one write stand side by side, and come together however short the page is. */
    private static int returns(List<JournalEntry> page) {
        Set<ConversationId> seen = new HashSet<>();
        ConversationId before = null;
        int returns = 0;
        for (JournalEntry entry : page) {
            if (!entry.id().equals(before) && !seen.add(entry.id())) {
                returns++;
            }
            before = entry.id();
        }
        return returns;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Soon after a commit, so that a busy journal is read in pages and not row by row; or when it is time to look anyhow. */
    private CompletionStage<Void> news(CompletionStage<Void> commit, Duration gatherTime) {
        CompletableFuture<Void> news = new CompletableFuture<>();
        news.completeOnTimeout(null, settings.pollInterval().toMillis(), TimeUnit.MILLISECONDS);
        commit.thenRun(() -> gathered(gatherTime).thenRun(() -> news.complete(null)));
        return news;
    }

    private CompletionStage<Void> gathered(Duration gatherTime) {
        Duration quiet = settings.gatherTime().multipliedBy(QUIET_RESTS);
        if (gatherTime.compareTo(quiet) <= 0) {
            return in(gatherTime);
        }
        CompletableFuture<Void> commit = commits.next().toCompletableFuture();
        return in(quiet).thenCompose(waited -> commit.isDone() ? gathered(gatherTime.minus(quiet)) : now());
    }

    /** Not by Akka's timers: they are too coarse for a few milliseconds. */
    private CompletionStage<Void> in(Duration pause) {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS, threads));
    }

    private static CompletionStage<Void> now() {
        return CompletableFuture.completedFuture(null);
    }
}

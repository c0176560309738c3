package lull.readmodel;

import akka.NotUsed;
import akka.japi.Pair;
import akka.projection.javadsl.SourceProvider;
import akka.stream.javadsl.Source;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

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

    /**
     * What is gathered longer for each event of the page before: about as long as it took to bring it into the read model. So the busier the
     * journal, the larger the pages, with fewer commits and fewer versions of a row; while there is little to do, all is as quick as it can be.
     */
    private static final Duration PER_EVENT = Duration.of(20, ChronoUnit.MICROS);

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
            return new Place(reached, news(commit, gatherTime(read)), settings.gatherTime());
        }
        if (!read.entries().isEmpty()) {
            return at(reached);
        }
        Duration longer = place.pause().multipliedBy(2);
        return new Place(
                place.position(), in(place.pause()), longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE);
    }

    private Duration gatherTime(JournalQueries.Page page) {
        return settings.gatherTime().plus(PER_EVENT.multipliedBy(page.entries().size()));
    }

    /** Soon after a commit, so that a busy journal is read in pages and not row by row; or when it is time to look anyhow. */
    private CompletionStage<Void> news(CompletionStage<Void> commit, Duration gatherTime) {
        CompletableFuture<Void> news = new CompletableFuture<>();
        news.completeOnTimeout(null, settings.pollInterval().toMillis(), TimeUnit.MILLISECONDS);
        commit.thenRun(() -> in(gatherTime).thenRun(() -> news.complete(null)));
        return news;
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

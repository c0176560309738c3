package lull.readmodel;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.japi.Pair;
import akka.projection.javadsl.SourceProvider;
import akka.stream.javadsl.Source;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The journal as the source of the projection: all events in the order of their positions, live. The offset is the position. It reads only
 * below the journal's horizon, where nothing can appear any more (see the package documentation), so it needs no tags and no rule for gaps.
 */
final class JournalSource extends SourceProvider<Long, JournalEntry> {

    private final ActorSystem<?> system;
    private final Jdbc jdbc;
    private final JournalQueries journal;
    private final CommitSignal commits;
    private final ProjectionSettings settings;

    JournalSource(
            ActorSystem<?> system,
            Jdbc jdbc,
            JournalQueries journal,
            CommitSignal commits,
            ProjectionSettings settings) {
        this.system = system;
        this.jdbc = jdbc;
        this.journal = journal;
        this.commits = commits;
        this.settings = settings;
    }

    @Override
    public CompletionStage<Source<JournalEntry, NotUsed>> source(Supplier<CompletionStage<Optional<Long>>> offset) {
        return offset.get()
                .thenApply(stored ->
                        Source.unfoldAsync(stored.orElse(0L), this::next).mapConcat(page -> page));
    }

    @Override
    public Long extractOffset(JournalEntry entry) {
        return entry.position();
    }

    @Override
    public long extractCreationTime(JournalEntry entry) {
        return entry.recordedAt().toEpochMilli();
    }

    /** The next page behind a position, once there is one. */
    private CompletionStage<Optional<Pair<Long, List<JournalEntry>>>> next(long position) {
        // Asked for before the journal is read: a commit after the reading is then not missed.
        CompletionStage<Void> commit = commits.next();
        return jdbc.run(connection -> journal.behind(connection, position, settings.pageRows()))
                .thenCompose(page -> page.isEmpty()
                        ? wake(commit).thenCompose(awake -> next(position))
                        : CompletableFuture.completedFuture(Optional.of(
                                Pair.create(page.get(page.size() - 1).position(), page))));
    }

    /** Soon after a commit of this node, so that a busy journal is read in pages and not row by row; or when it is time to look again. */
    private CompletionStage<Void> wake(CompletionStage<Void> commit) {
        CompletableFuture<Void> awake = new CompletableFuture<>();
        after(settings.pollInterval(), awake);
        commit.thenRun(() -> after(settings.gatherTime(), awake));
        return awake;
    }

    private void after(Duration delay, CompletableFuture<Void> awake) {
        system.scheduler().scheduleOnce(delay, () -> awake.complete(null), system.executionContext());
    }
}

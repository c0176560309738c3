package lull.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** Runs blocking database work on threads of its own. */
record Jdbc(DataSource dataSource, Executor threads) {

    /**
     * The longest until the outcome, the wait for a thread included: while the database is away each piece of work holds its thread for
     * seconds, and what waits behind it would take a multiple of that. A client is to hear of it within 10 s.
     */
    static final Duration LONGEST = Duration.ofSeconds(7);

    /** Work on a connection. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * Completes with the outcome of the work, or fails with its {@link SQLException}, or with a {@link
     * java.util.concurrent.TimeoutException} after {@link #LONGEST}; then the work is not begun any more.
     */
    <T> CompletionStage<T> run(Work<T> work) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        outcome.orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        threads.execute(() -> {
            if (outcome.isDone()) {
                return;
            }
            try (Connection connection = dataSource.getConnection()) {
                outcome.complete(work.on(connection));
            } catch (SQLException | RuntimeException e) {
                outcome.completeExceptionally(e);
            }
        });
        return outcome;
    }
}

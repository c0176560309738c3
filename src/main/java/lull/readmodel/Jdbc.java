package lull.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/** Runs blocking database work on threads of its own. */
record Jdbc(DataSource dataSource, Executor threads) {

    /** Work on a connection. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** Completes with the outcome of the work, or fails with a {@link CompletionException} around the {@link SQLException}. */
    <T> CompletionStage<T> run(Work<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (Connection connection = dataSource.getConnection()) {
                        return work.on(connection);
                    } catch (SQLException e) {
                        throw new CompletionException(e);
                    }
                },
                threads);
    }
}

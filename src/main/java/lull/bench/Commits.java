package lull.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/** When PostgreSQL committed what it stored. */
final class Commits {

    private Commits() {}

    /** It is to note when it commits. It does from its next start on. */
    static void note(Store store) throws SQLException {
        Workbench.execute(store, "alter system set track_commit_timestamp = on");
    }

    /** When the last row of these conversations came into the read model. */
    static Instant last(Store store, String prefix) throws SQLException {
        double seconds = Workbench.numbers(
                        store,
                        "select extract(epoch from max(pg_xact_commit_timestamp(xmin))) from conversation where id like ?",
                        Workbench.like(prefix))
                .get(0);
        return Instant.EPOCH.plus(Duration.ofNanos(Math.round(seconds * 1e6) * 1_000));
    }
}

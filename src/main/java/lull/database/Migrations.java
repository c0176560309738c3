package lull.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.output.MigrateResult;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of the database, brought up to date by the files in {@code db/migration}. Several nodes may do it at the
 * same time: they take turns by a lock in PostgreSQL. Connections of its own, whose statements may take as long as they
 * need.
 */
public final class Migrations {

    private static final Logger log = LoggerFactory.getLogger(Migrations.class);

    /** One try a second: as long as another node's migration may reasonably take. */
    private static final int LOCK_TRIES = 600;

    /** A statement here waits for nobody's timeout but its own end. */
    private static final String UNBOUNDED =
            "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0";

    private final DatabaseSettings settings;
    private final Flyway flyway;

    public Migrations(DatabaseSettings settings) {
        this.settings = settings;
        this.flyway = Flyway.configure()
                .dataSource(new OwnConnections(settings))
                .locations("classpath:db/migration")
                .failOnMissingLocations(true)
                .validateMigrationNaming(true)
                .baselineOnMigrate(false)
                .cleanDisabled(true)
                .lockRetryCount(LOCK_TRIES)
                .load();
    }

    /**
     * Applies what is missing, and then each time {@code afterMigrate.sql}, with which the journal finds its positions
     * again after a restore into another server.
     *
     * @throws DatabaseException if it cannot, with the reason of PostgreSQL; what was applied before stays, and each
     * migration is all or nothing
     */
    public void migrate() {
        long start = System.nanoTime();
        try {
            requireRights();
            MigrateResult result = flyway.migrate();
            log.info(
                    "database schema at version {}, {} migrations applied, {} ms",
                    currentVersion().orElse("none"),
                    result.migrationsExecuted,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        } catch (FlywayException | SQLException e) {
            throw failed("cannot be brought up to date", e);
        }
    }

    /** Flyway would try its first table ten times, once a second. */
    private void requireRights() throws SQLException {
        try (Connection connection = Database.connect(settings, UNBOUNDED, Duration.ZERO);
                Statement statement = connection.createStatement();
                ResultSet rights = statement.executeQuery(
                        "SELECT current_user, current_schema(), to_regclass('flyway_schema_history') IS NOT NULL"
                                + " OR coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)")) {
            rights.next();
            if (!rights.getBoolean(3)) {
                throw new DatabaseException("user " + rights.getString(1) + " may not create tables in schema "
                        + rights.getString(2) + " of " + settings.shownUrl() + ": GRANT CREATE ON SCHEMA "
                        + rights.getString(2) + " TO " + rights.getString(1));
            }
        }
    }

    /**
     * The version of the tables; empty if there are none.
     *
     * @throws DatabaseException if the database does not answer
     */
    public Optional<String> currentVersion() {
        try {
            return Optional.ofNullable(flyway.info().current())
                    .map(MigrationInfo::getVersion)
                    .map(Object::toString);
        } catch (FlywayException e) {
            throw failed("does not tell its version", e);
        }
    }

    /**
     * Whether every migration that this program knows is applied. More than that is fine: during a rolling upgrade the
     * new nodes come first.
     *
     * @throws DatabaseException if the database does not answer
     */
    public boolean isCurrent() {
        try {
            return flyway.info().pending().length == 0;
        } catch (FlywayException e) {
            throw failed("does not tell its version", e);
        }
    }

    /** @throws DatabaseException unless {@link #isCurrent} */
    public void requireCurrent() {
        if (!isCurrent()) {
            MigrationInfo[] pending = flyway.info().pending();
            String wanted = pending[pending.length - 1].getVersion().toString();
            throw new DatabaseException("the tables in " + settings.shownUrl() + " are at version "
                    + currentVersion().orElse("none") + ", and this program needs " + wanted + ": run `lull migrate`");
        }
    }

    private DatabaseException failed(String what, Exception e) {
        return new DatabaseException("the database at " + settings.shownUrl() + " " + what + ": " + Failures.reason(e));
    }

    /** A data source that makes connections with the properties that we need; everything else as the driver's own. */
    private static final class OwnConnections extends PGSimpleDataSource {
        private static final long serialVersionUID = 1L;

        private final transient DatabaseSettings settings;

        OwnConnections(DatabaseSettings settings) {
            this.settings = settings;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return Database.connect(settings, UNBOUNDED, Duration.ZERO);
        }
    }
}

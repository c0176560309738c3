package lull.faults;

import java.sql.SQLException;
import java.time.Duration;

/**
 * Commits that take their time. A deferred trigger is run by the server within the commit itself, where no statement timeout reaches it: the
 * transaction has written everything, holds its number, and is seen by nobody.
 */
final class SlowCommits {

    private static final String FUNCTION = """
            create or replace function fault_commit() returns trigger language plpgsql as $$
            begin
              if current_setting('fault.slept', true) is distinct from pg_current_xact_id()::text then
                perform set_config('fault.slept', pg_current_xact_id()::text, true);
                %s
              end if;
              return null;
            end $$
            """;

    private static final String JOURNAL = """
            create constraint trigger fault_commit after insert on event_journal
              deferrable initially deferred for each row execute function fault_commit()
            """;

    private static final String READ_MODEL = """
            create constraint trigger fault_commit after insert or update on akka_projection_offset_store
              deferrable initially deferred for each row execute function fault_commit()
            """;

    private SlowCommits() {}

    /** Each commit of the journal and of the read model takes so long, from now on. */
    static void all(PostgresServer postgres, Duration time) throws SQLException {
        each(postgres, FUNCTION.formatted("perform pg_sleep(" + time.toSeconds() + ");"), JOURNAL, READ_MODEL);
    }

    /** The next commit of the journal takes so long, and no other. */
    static void one(PostgresServer postgres, Duration time) throws SQLException {
        each(
                postgres,
                "create sequence fault_stalled",
                FUNCTION.formatted(
                        "if nextval('fault_stalled') = 1 then perform pg_sleep(" + time.toSeconds() + "); end if;"),
                JOURNAL);
    }

    /** How many commits stand still at the moment. */
    static long standing(PostgresServer postgres) throws SQLException {
        return postgres.number("select count(*) from pg_stat_activity where wait_event = 'PgSleep'");
    }

    static void end(PostgresServer postgres) throws SQLException {
        each(
                postgres,
                "drop trigger if exists fault_commit on event_journal",
                "drop trigger if exists fault_commit on akka_projection_offset_store",
                "drop sequence if exists fault_stalled");
    }

    /** Each in a transaction of its own: who waits for one table must not hold another, which a node may read with the first in hand. */
    private static void each(PostgresServer postgres, String... statements) throws SQLException {
        for (String statement : statements) {
            postgres.execute(statement);
        }
    }
}

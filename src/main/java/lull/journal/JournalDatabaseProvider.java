package lull.journal;

import akka.actor.ActorSystem;
import akka.persistence.jdbc.db.SlickDatabase;
import akka.persistence.jdbc.db.SlickDatabaseProvider;
import com.typesafe.config.Config;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;
import slick.jdbc.PostgresProfile$;

/**
 * The Slick database that the plugin asks for ({@code akka-persistence-jdbc.database-provider-fqcn}) and only hands on to
 * {@link PostgresJournalDao}, which has no use for it: there is none. So Slick opens no connection and starts no thread; the
 * node has one pool. The plugin's read journal and snapshot store can't be used with it.
 */
public final class JournalDatabaseProvider implements SlickDatabaseProvider, SlickDatabase {

    /** The plugin finds this constructor by its parameter. */
    public JournalDatabaseProvider(ActorSystem system) {}

    @Override
    public SlickDatabase database(Config config) {
        return this;
    }

    @Override
    public JdbcBackend.DatabaseDef database() {
        return null;
    }

    @Override
    public JdbcProfile profile() {
        return PostgresProfile$.MODULE$;
    }

    @Override
    public boolean allowShutdown() {
        return false;
    }
}

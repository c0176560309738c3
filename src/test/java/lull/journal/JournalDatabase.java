package lull.journal;

import akka.actor.ActorSystem;
import akka.testkit.javadsl.TestKit;
import javax.sql.DataSource;
import lull.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A database for the tests of a class, with an empty journal for each, whose statements can be counted and held. */
abstract class JournalDatabase {

    static ActorSystem system;
    static DataSource database;
    WatchedDatabase watched;

    @BeforeAll
    static void start() {
        database = TestDatabase.fresh();
        system = TestSystem.start(database);
    }

    @AfterAll
    static void stop() {
        TestKit.shutdownActorSystem(system);
    }

    @BeforeEach
    void empty() {
        Events.run(database, "truncate event_journal");
        watched = new WatchedDatabase(database);
    }
}

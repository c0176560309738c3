package lull.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.stream.KillSwitches;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import com.typesafe.config.ConfigFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import lull.TestDatabase;
import lull.domain.ConversationEvent;
import lull.entity.EventSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JournalSourceTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    /** Longer than any test: nothing is found by looking anyhow. */
    private static final ProjectionSettings BY_NEWS_ALONE =
            new ProjectionSettings(10, Duration.ofMillis(5), Duration.ofHours(1));

    private static final ActorTestKit testKit = ActorTestKit.create(
            ConfigFactory.parseResources("serialization.conf").withFallback(ConfigFactory.load("reference")));

    private static DataSource database;

    /** Two nodes would have one each. */
    private static final CommitSignal commits = new CommitSignal();

    private static final CommitNews news = CommitNews.init(testKit.system(), commits, Duration.ofMillis(5));

    private final List<Long> read = new CopyOnWriteArrayList<>();
    private UniqueKillSwitch source;

    @BeforeAll
    static void create() {
        database = TestDatabase.fresh();
    }

    @AfterAll
    static void shut_down() {
        testKit.shutdownTestKit();
    }

    @BeforeEach
    void empty() throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.createStatement().execute("truncate event_journal");
        }
    }

    @AfterEach
    void stop() {
        if (source != null) {
            source.shutdown();
        }
    }

    private void follow(ProjectionSettings settings) throws Exception {
        source = new JournalSource(
                        new Jdbc(database, Runnable::run),
                        new JournalQueries(new EventDecoder(testKit.system())),
                        commits,
                        news,
                        settings,
                        testKit.system().executionContext())
                .source(() -> CompletableFuture.completedFuture(Optional.empty()))
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS)
                .viaMat(KillSwitches.single(), Keep.right())
                .to(Sink.foreach(page -> page.forEach(entry -> read.add(entry.sequence()))))
                .run(testKit.system());
    }

    private static void store(Connection connection, int first, int last) throws SQLException {
        EventSerializer serializer = new EventSerializer();
        ConversationEvent event = new ConversationEvent.WentIdle(1, NOON, NOON);
        try (PreparedStatement insert =
                connection.prepareStatement("insert into event_journal (persistence_id, sequence_number, writer,"
                        + " write_timestamp, event_ser_id, event_ser_manifest, event_payload)"
                        + " select 'default|k', n, 'w', 0, ?, ?, ? from generate_series(?, ?) as n order by n")) {
            insert.setInt(1, serializer.identifier());
            insert.setString(2, serializer.manifest(event));
            insert.setBytes(3, serializer.toBinary(event));
            insert.setInt(4, first);
            insert.setInt(5, last);
            insert.executeUpdate();
        }
    }

    private void awaitRead(int count) {
        await().until(() -> read.size() >= count);
        assertThat(read).doesNotHaveDuplicates().hasSize(count);
    }

    @Test
    void reads_on_when_it_hears_of_a_commit() throws Exception {
        try (Connection connection = database.getConnection()) {
            store(connection, 1, 25);
            follow(BY_NEWS_ALONE);
            awaitRead(25);

            store(connection, 26, 30);
            commits.fire();

            awaitRead(30);
        }
    }

    @Test
    void the_news_can_travel_between_nodes() {
        testKit.serializationTestKit().verifySerialization(CommitNews.Committed.SOMETHING, true);
    }

    @Test
    void hears_of_the_last_of_many_commits() throws Exception {
        try (Connection connection = database.getConnection()) {
            follow(BY_NEWS_ALONE);
            for (int i = 1; i <= 200; i++) {
                store(connection, i, i);
                commits.fire();
            }

            awaitRead(200);
        }
    }

    @Test
    void reads_on_behind_a_page_so_large_that_it_gathers_for_longer() throws Exception {
        try (Connection connection = database.getConnection()) {
            store(connection, 1, 2_000);
            follow(new ProjectionSettings(3_000, Duration.ofMillis(5), Duration.ofHours(1)));
            awaitRead(2_000);

            for (int i = 2_001; i <= 2_050; i++) {
                store(connection, i, i);
                commits.fire();
            }
            awaitRead(2_050);
        }
    }

    @Test
    void looks_from_time_to_time_without_any_news() throws Exception {
        try (Connection connection = database.getConnection()) {
            follow(new ProjectionSettings(10, Duration.ofMillis(5), Duration.ofMillis(50)));

            store(connection, 1, 3);

            awaitRead(3);
        }
    }

    @Test
    void reads_what_another_transaction_held_up_soon_after_its_end_which_is_no_news() throws Exception {
        try (Connection other = database.getConnection();
                Connection connection = database.getConnection()) {
            follow(BY_NEWS_ALONE);
            other.setAutoCommit(false);
            store(other, 1_000, 1_000);
            store(connection, 1, 3);
            commits.fire();
            // Several looks later.
            await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            assertThat(read).isEmpty();

            other.rollback();
            other.setAutoCommit(true);

            awaitRead(3);
        }
    }
}

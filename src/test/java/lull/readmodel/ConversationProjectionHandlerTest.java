package lull.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import lull.TestDatabase;
import lull.domain.Conversation;
import lull.domain.ConversationEvent;
import lull.domain.ConversationId;
import lull.domain.Direction;
import lull.domain.Policy;
import lull.domain.Request;
import lull.entity.EventSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConversationProjectionHandlerTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private static final int CONVERSATIONS = 40;

    private static final ActorTestKit testKit = ActorTestKit.create(
            ConfigFactory.parseResources("serialization.conf").withFallback(ConfigFactory.load("reference")));

    private static DataSource database;

    private final ConversationRepository conversations = new ConversationRepository();
    private final ConversationProjectionHandler handler = handler();
    private final List<JournalEntry> journal = new ArrayList<>();
    private PooledSession session;

    private ConversationProjectionHandler handler() {
        return new ConversationProjectionHandler(
                new Jdbc(database, ForkJoinPool.commonPool()),
                conversations,
                new JournalQueries(new EventDecoder(testKit.system())));
    }

    @BeforeAll
    static void create() {
        database = TestDatabase.fresh();
    }

    @AfterAll
    static void shut_down() {
        testKit.shutdownTestKit();
    }

    @BeforeEach
    void fill() throws SQLException {
        session = new PooledSession(database);
        session.connection().createStatement().execute("truncate conversation, event_journal");
        session.commit();
        for (int i = 0; i < CONVERSATIONS; i++) {
            live(new ConversationId("default", "k" + i), new Random(i));
        }
        session.commit();
        Collections.shuffle(journal, new Random(3));
        // In the order of the journal each conversation keeps its own.
        journal.sort((a, b) -> Long.compare(a.sequence(), b.sequence()));
    }

    @AfterEach
    void release() throws SQLException {
        session.rollback();
        session.close();
    }

    /** A conversation of a few sessions, stored in the journal. */
    private void live(ConversationId id, Random random) throws SQLException {
        Conversation conversation = Conversation.NEW;
        List<ConversationEvent> events = new ArrayList<>();
        Instant at = NOON;
        for (int m = 0; m < 30; m++) {
            at = at.plus(Duration.ofMinutes(random.nextInt(90)));
            Request request = random.nextInt(10) == 0
                    ? new Request.Closing(
                            Optional.of("c" + m),
                            at,
                            lull.domain.State.CLOSED,
                            lull.domain.Authority.USER,
                            Optional.empty())
                    : new Request.Message("m" + m, at, Direction.values()[random.nextInt(2)], Optional.empty());
            List<ConversationEvent> decided =
                    conversation.decide(request, Policy.DEFAULT, at).events();
            conversation = conversation.applyAll(decided);
            events.addAll(decided);
        }
        for (int i = 0; i < events.size(); i++) {
            store(id, i + 1, events.get(i));
            journal.add(new JournalEntry(journal.size() + 1, id, i + 1, NOON, events.get(i)));
        }
    }

    private void store(ConversationId id, long sequence, ConversationEvent event) throws SQLException {
        EventSerializer serializer = new EventSerializer();
        try (PreparedStatement insert = session.connection()
                .prepareStatement("insert into event_journal (persistence_id, sequence_number, writer, write_timestamp,"
                        + " event_ser_id, event_ser_manifest, event_payload) values (?, ?, 'w', 0, ?, ?, ?)")) {
            insert.setString(1, id.entityId());
            insert.setLong(2, sequence);
            insert.setInt(3, serializer.identifier());
            insert.setString(4, serializer.manifest(event));
            insert.setBytes(5, serializer.toBinary(event));
            insert.executeUpdate();
        }
    }

    /** What each row must be: the conversation's own events, one after the other. */
    private List<ConversationRow> expected() {
        return IntStream.range(0, CONVERSATIONS)
                .mapToObj(i -> new ConversationId("default", "k" + i))
                .map(id -> {
                    Optional<ConversationRow> row = Optional.empty();
                    for (JournalEntry entry : journal) {
                        if (entry.id().equals(id)) {
                            row = row.isPresent()
                                    ? Optional.of(row.get().after(entry.event(), entry.sequence()))
                                    : ConversationRow.first(entry);
                        }
                    }
                    return row.orElseThrow();
                })
                .toList();
    }

    private List<ConversationRow> stored() throws SQLException {
        return conversations
                .byId(
                        session.connection(),
                        IntStream.range(0, CONVERSATIONS)
                                .mapToObj(i -> new ConversationId("default", "k" + i))
                                .toList())
                .stream()
                .sorted((a, b) -> Integer.compare(
                        Integer.parseInt(a.id().key().substring(1)),
                        Integer.parseInt(b.id().key().substring(1))))
                .toList();
    }

    private void process(List<JournalEntry> entries) throws SQLException {
        handler.process(session, entries);
    }

    @Test
    void events_in_groups_of_any_size_give_the_rows() throws SQLException {
        Random random = new Random(1);
        for (int from = 0; from < journal.size(); ) {
            int to = Math.min(journal.size(), from + 1 + random.nextInt(40));
            process(journal.subList(from, to));
            from = to;
        }

        assertThat(stored()).isEqualTo(expected());
    }

    @Test
    void events_that_come_twice_change_nothing() throws SQLException {
        process(journal);
        process(journal.subList(0, journal.size() / 2));
        process(journal);

        assertThat(stored()).isEqualTo(expected());
    }

    @Test
    void a_missing_event_makes_the_row_anew_from_the_journal() throws SQLException {
        Random random = new Random(2);

        process(journal.stream()
                .filter(it -> it.sequence() > 25 || random.nextBoolean())
                .toList());

        assertThat(stored()).isEqualTo(expected());
    }

    @Test
    void a_row_that_was_lost_comes_back_with_the_next_event() throws SQLException {
        List<JournalEntry> next = lastOfEach();
        process(allBut(next));
        session.commit();
        execute("delete from conversation where id < 'default|k5'");

        process(next);

        assertThat(stored()).isEqualTo(expected());
    }

    @Test
    void a_row_that_a_restarted_projection_misses_is_made_anew() throws SQLException {
        process(journal.subList(0, journal.size() - 20));
        session.commit();
        execute("delete from conversation where id < 'default|k5'");

        handler().process(session, journal);

        assertThat(stored()).isEqualTo(expected());
    }

    @Test
    void rows_that_were_just_written_are_not_read_again() throws SQLException {
        List<JournalEntry> next = lastOfEach();
        process(allBut(next));
        session.commit();
        execute("truncate conversation, event_journal");

        process(next);

        assertThat(stored()).isEqualTo(expected());
    }

    @Test
    void events_whose_rows_were_rolled_back_come_again() throws SQLException {
        List<JournalEntry> some = journal.subList(0, 500);
        process(some);
        session.rollback();

        process(some);
        session.commit();
        process(journal.subList(500, journal.size()));

        assertThat(stored()).isEqualTo(expected());
    }

    private List<JournalEntry> lastOfEach() {
        Map<ConversationId, JournalEntry> last = new LinkedHashMap<>();
        journal.forEach(entry -> last.put(entry.id(), entry));
        return List.copyOf(last.values());
    }

    private List<JournalEntry> allBut(List<JournalEntry> some) {
        List<JournalEntry> others = new ArrayList<>(journal);
        others.removeAll(some);
        return others;
    }

    private static void execute(String sql) throws SQLException {
        try (Connection other = database.getConnection()) {
            other.createStatement().execute(sql);
        }
    }

    @Test
    void a_large_group_comes_in_two_halves() throws SQLException {
        assertThat(journal).hasSizeGreaterThan(1_000);

        process(journal);
        session.rollback();

        // What was not brought in by the transaction that stores the offset.
        assertThat(stored()).isNotEmpty().hasSizeLessThan(CONVERSATIONS).isSubsetOf(expected());
    }

    @Test
    void a_large_group_whose_first_half_was_lost_comes_again() throws SQLException {
        process(journal);
        session.rollback();

        process(journal);

        assertThat(stored()).isEqualTo(expected());
    }

    @Test
    void a_large_group_fails_with_either_half() throws SQLException {
        try (Connection other = database.getConnection()) {
            other.createStatement()
                    .execute("create function refuse() returns trigger language plpgsql as"
                            + " $$ begin if new.slice % 2 = 1 then raise 'refused'; end if; return new; end $$");
            other.createStatement()
                    .execute(
                            "create trigger refuse before insert on conversation for each row execute function refuse()");
            try {
                assertThatThrownBy(() -> process(journal)).hasStackTraceContaining("refused");
            } finally {
                session.rollback();
                other.createStatement().execute("drop function refuse cascade");
            }
        }
    }
}

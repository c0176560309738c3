package lull.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import lull.TestDatabase;
import lull.domain.ConversationId;
import lull.domain.Deadline;
import lull.domain.Policy;
import lull.domain.Rule;
import lull.domain.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConversationRepositoryTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456789Z");
    private static final Policy POLICY =
            new Policy(Duration.ofNanos(1), Optional.empty(), Optional.of(Policy.LONGEST), Optional.empty());

    private static DataSource database;

    private final ConversationRepository conversations = new ConversationRepository();
    private Connection connection;

    @BeforeAll
    static void create() {
        database = TestDatabase.fresh();
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = database.getConnection();
        connection.createStatement().execute("truncate conversation");
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    private static ConversationRow row(
            String key, State state, Instant lastActivity, Optional<Instant> due, long sequence) {
        return new ConversationRow(
                new ConversationId("default", key),
                3,
                state,
                NOON.minusNanos(7),
                NOON.minusNanos(3),
                lastActivity,
                POLICY,
                due.map(it -> new Deadline(it, Rule.IDLE_TIMEOUT)),
                sequence);
    }

    private static ConversationRow row(String key, long sequence) {
        return row(key, State.ACTIVE, NOON, Optional.of(NOON), sequence);
    }

    @Test
    void the_slices_that_have_something_due_are_found_by_the_first_entry_of_each() throws SQLException {
        List<ConversationRow> rows = IntStream.range(0, 200)
                .mapToObj(i -> row("k" + i, State.ACTIVE, NOON, Optional.of(NOON.plusSeconds(1 + i)), 1))
                .toList();
        conversations.upsert(connection, rows);
        ConversationRow due = rows.get(17);
        ConversationRow over = row("over", State.CLOSED, NOON, Optional.empty(), 1);
        conversations.upsert(connection, List.of(over, row(due.id().key(), State.ACTIVE, NOON, Optional.of(NOON), 2)));

        assertThat(conversations.dueSlices(connection, NOON.minusNanos(1))).isEmpty();
        assertThat(conversations.dueSlices(connection, NOON))
                .containsExactly(due.id().slice());
        assertThat(conversations.dueSlices(connection, NOON.plusSeconds(1_000))).hasSize(ConversationId.SLICES);
    }

    @Test
    void a_row_comes_back_to_the_nanosecond() throws SQLException {
        List<ConversationRow> rows = Stream.of(State.values())
                .map(state -> row(
                        "k" + state,
                        state,
                        NOON,
                        state.isLive() ? Optional.of(NOON.plusNanos(1)) : Optional.empty(),
                        9))
                .toList();

        conversations.upsert(connection, rows);

        assertThat(conversations.byId(
                        connection, rows.stream().map(ConversationRow::id).toList()))
                .containsExactlyInAnyOrderElementsOf(rows);
    }

    @Test
    void an_older_row_does_not_replace_a_newer_one() throws SQLException {
        ConversationRow newer = row("k", State.IDLE, NOON, Optional.empty(), 5);
        conversations.upsert(connection, List.of(newer));

        conversations.upsert(connection, List.of(row("k", 4)));
        conversations.upsert(connection, List.of(row("k", 5)));

        assertThat(conversations.byId(connection, List.of(newer.id()))).containsExactly(newer);
    }

    @Test
    void what_is_due_comes_slice_by_slice_in_the_order_of_its_deadlines() throws SQLException {
        List<ConversationRow> rows = IntStream.range(0, 200)
                .mapToObj(i -> row("k" + i, State.ACTIVE, NOON, Optional.of(NOON.plusNanos(i % 10)), 1))
                .toList();
        conversations.upsert(connection, rows);
        conversations.upsert(connection, List.of(row("over", State.EXPIRED, NOON, Optional.empty(), 1)));
        Instant now = NOON.plusNanos(6);

        List<String> walked = new ArrayList<>();
        for (int slice = 0; slice < ConversationId.SLICES; slice++) {
            List<DueConversation> page;
            DueConversation after = DueConversation.START;
            List<DueConversation> inSlice = new ArrayList<>();
            do {
                page = conversations.due(connection, slice, now, after, 3);
                inSlice.addAll(page);
                after = page.isEmpty() ? after : page.get(page.size() - 1);
            } while (page.size() == 3);
            assertThat(inSlice)
                    .isSortedAccordingTo(
                            Comparator.comparing(DueConversation::deadline).thenComparing(DueConversation::entityId));
            inSlice.forEach(it -> walked.add(it.entityId()));
        }

        assertThat(walked)
                .containsExactlyInAnyOrderElementsOf(rows.stream()
                        .filter(it -> !it.next().orElseThrow().at().isAfter(now))
                        .map(it -> it.id().entityId())
                        .toList());
    }

    @Test
    void a_list_shows_every_conversation_once_newest_activity_first() throws SQLException {
        Random random = new Random(7);
        List<ConversationRow> rows = new ArrayList<>(IntStream.range(0, 300)
                .mapToObj(i -> {
                    State state = State.values()[random.nextInt(State.values().length)];
                    Optional<Instant> due =
                            state.isLive() ? Optional.of(NOON.plusSeconds(random.nextInt(5))) : Optional.empty();
                    return row("k" + i, state, NOON.plusSeconds(random.nextInt(50)), due, 1);
                })
                .toList());
        Collections.shuffle(rows, random);
        conversations.upsert(connection, rows);
        conversations.upsert(
                connection,
                List.of(new ConversationRow(
                        new ConversationId("other", "k"),
                        1,
                        State.IDLE,
                        NOON,
                        NOON,
                        NOON,
                        POLICY,
                        Optional.empty(),
                        1)));

        for (Optional<State> state : Stream.concat(
                        Stream.of(Optional.<State>empty()),
                        Stream.of(State.values()).map(Optional::of))
                .toList()) {
            for (Optional<Instant> dueBefore : List.of(Optional.<Instant>empty(), Optional.of(NOON.plusSeconds(3)))) {
                List<ConversationRow> expected = rows.stream()
                        .filter(it -> state.isEmpty() || state.get() == it.state())
                        .filter(it -> dueBefore.isEmpty()
                                || it.next().isPresent() && it.next().get().at().isBefore(dueBefore.get()))
                        .sorted(Comparator.comparing(ConversationRow::lastActivity)
                                .thenComparing(it -> it.id().key())
                                .reversed())
                        .toList();

                assertThat(pages(state, dueBefore))
                        .as("%s %s", state, dueBefore)
                        .isEqualTo(expected);
            }
        }
    }

    private List<ConversationRow> pages(Optional<State> state, Optional<Instant> dueBefore) throws SQLException {
        List<ConversationRow> all = new ArrayList<>();
        Optional<ListQuery.Cursor> after = Optional.empty();
        List<ConversationRow> page;
        do {
            page = conversations.list(connection, new ListQuery("default", state, dueBefore, after, 7));
            all.addAll(page);
            if (!page.isEmpty()) {
                ConversationRow last = page.get(page.size() - 1);
                after = Optional.of(
                        new ListQuery.Cursor(last.lastActivity(), last.id().key()));
            }
        } while (page.size() == 7);
        return all;
    }
}

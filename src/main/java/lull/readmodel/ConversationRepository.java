package lull.readmodel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import lull.domain.ConversationId;
import lull.domain.Deadline;
import lull.domain.Policy;
import lull.domain.Rule;
import lull.domain.State;

/**
 * All SQL over the {@code conversation} table. Times and durations are stored as nanoseconds (since 1970), exactly as the events have
 * them: a timestamptz would round them.
 */
final class ConversationRepository {

    private static final String COLUMNS =
            "id, session, state, opened_at, since, last_activity, deadline, rule, idle_after, expire_after,"
                    + " pending_expire_after, max_age, sequence";

    private static final String BY_ID = "select " + COLUMNS + " from conversation where id = any (?)";

    private static final String UPSERT = """
            insert into conversation as row
              (id, slice, session, state, opened_at, since, last_activity, deadline, rule,
               idle_after, expire_after, pending_expire_after, max_age, sequence)
            select * from unnest(
              ?::text[], ?::smallint[], ?::int[], ?::smallint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::smallint[],
              ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
            on conflict (id) do update set
              session = excluded.session, state = excluded.state, opened_at = excluded.opened_at, since = excluded.since,
              last_activity = excluded.last_activity, deadline = excluded.deadline, rule = excluded.rule,
              idle_after = excluded.idle_after, expire_after = excluded.expire_after,
              pending_expire_after = excluded.pending_expire_after, max_age = excluded.max_age, sequence = excluded.sequence
            where row.sequence < excluded.sequence
            """;

    /**
     * The first entry of each slice in the due index decides. It does not ask for what is due: then the plan would hang on how much that
     * is said to be, and could be a walk through the table.
     */
    private static final String DUE_SLICES = """
            select slices.slice from generate_series(0, ?) as slices(slice)
            where (select deadline from conversation
                   where conversation.slice = slices.slice and deadline is not null
                   order by deadline limit 1) <= ?
            """;

    private static final String DUE = """
            select id, deadline, sequence from conversation
            where slice = ? and deadline <= ? and (deadline, id) > (?, ?)
            order by deadline, id
            limit ?
            """;

    private static final String LIST_STATE = "(select " + COLUMNS + " from conversation where state = ? and id like ?";

    private static final String LIST_DUE = " and deadline < ?";

    private static final String LIST_AFTER = " and (last_activity, id) < (?, ?)";

    private static final String LIST_ORDER = " order by last_activity desc, id desc limit ?";

    private static final Comparator<ConversationRow> BY_NAME = Comparator.comparing(
                    (ConversationRow row) -> row.id().tenant())
            .thenComparing(row -> row.id().key());

    /** The rows of these conversations, as far as they exist. */
    List<ConversationRow> byId(Connection connection, Collection<ConversationId> ids) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(BY_ID)) {
            select.setArray(1, texts(connection, ids.stream().map(ConversationId::entityId)));
            return rows(select);
        }
    }

    /**
     * Writes rows as they are. One that is newer in the table stays: so an event that comes twice changes nothing. In the order of their ids,
     * so that what lies side by side in the index is written together.
     */
    void upsert(Connection connection, Collection<ConversationRow> unsorted) throws SQLException {
        List<ConversationRow> rows = unsorted.stream().sorted(BY_NAME).toList();
        try (PreparedStatement upsert = connection.prepareStatement(UPSERT)) {
            upsert.setArray(
                    1, texts(connection, rows.stream().map(row -> row.id().entityId())));
            upsert.setArray(2, array(connection, "int2", Short[]::new, rows, row ->
                    (short) row.id().slice()));
            upsert.setArray(3, array(connection, "int4", Integer[]::new, rows, ConversationRow::session));
            upsert.setArray(4, array(connection, "int2", Short[]::new, rows, row ->
                    (short) row.state().ordinal()));
            upsert.setArray(5, array(connection, "int8", Long[]::new, rows, row -> nanos(row.openedAt())));
            upsert.setArray(6, array(connection, "int8", Long[]::new, rows, row -> nanos(row.since())));
            upsert.setArray(7, array(connection, "int8", Long[]::new, rows, row -> nanos(row.lastActivity())));
            upsert.setArray(
                    8,
                    array(
                            connection,
                            "int8",
                            Long[]::new,
                            rows,
                            row -> row.next().map(it -> nanos(it.at())).orElse(null)));
            upsert.setArray(
                    9,
                    array(
                            connection,
                            "int2",
                            Short[]::new,
                            rows,
                            row -> row.next()
                                    .map(it -> (short) it.rule().ordinal())
                                    .orElse(null)));
            upsert.setArray(
                    10,
                    array(
                            connection,
                            "int8",
                            Long[]::new,
                            rows,
                            row -> row.policy().idleAfter().toNanos()));
            upsert.setArray(
                    11,
                    array(
                            connection,
                            "int8",
                            Long[]::new,
                            rows,
                            row -> nanos(row.policy().expireAfter())));
            upsert.setArray(
                    12,
                    array(
                            connection,
                            "int8",
                            Long[]::new,
                            rows,
                            row -> nanos(row.policy().pendingExpireAfter())));
            upsert.setArray(
                    13,
                    array(
                            connection,
                            "int8",
                            Long[]::new,
                            rows,
                            row -> nanos(row.policy().maxAge())));
            upsert.setArray(14, array(connection, "int8", Long[]::new, rows, ConversationRow::sequence));
            upsert.executeUpdate();
        }
    }

    /** The slices that have anything due at {@code now}. */
    Set<Integer> dueSlices(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(DUE_SLICES)) {
            select.setInt(1, ConversationId.SLICES - 1);
            select.setLong(2, nanos(now));
            Set<Integer> slices = new HashSet<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    slices.add(rows.getInt(1));
                }
            }
            return slices;
        }
    }

    /** At most {@code limit} conversations of a slice that are due at {@code now}, earliest deadline first, behind a cursor. */
    List<DueConversation> due(Connection connection, int slice, Instant now, DueConversation after, int limit)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(DUE)) {
            select.setInt(1, slice);
            select.setLong(2, nanos(now));
            select.setLong(3, nanos(after.deadline()));
            select.setString(4, after.entityId());
            select.setInt(5, limit);
            List<DueConversation> due = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    due.add(new DueConversation(rows.getString(1), instant(rows.getLong(2)), rows.getLong(3)));
                }
            }
            return due;
        }
    }

    /** One page of a list: for each state that is asked for the newest rows by its index, and of those the newest. */
    List<ConversationRow> list(Connection connection, ListQuery query) throws SQLException {
        List<State> states = query.state().map(List::of).orElse(List.of(State.values()));
        String ofOneState = LIST_STATE
                + (query.dueBefore().isPresent() ? LIST_DUE : "")
                + (query.after().isPresent() ? LIST_AFTER : "")
                + LIST_ORDER + ")";
        String sql = "select * from (" + String.join(" union all ", Collections.nCopies(states.size(), ofOneState))
                + ") as newest" + LIST_ORDER;
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            int at = 1;
            for (State state : states) {
                select.setInt(at++, state.ordinal());
                select.setString(at++, query.tenant() + "|%");
                if (query.dueBefore().isPresent()) {
                    select.setLong(at++, nanos(query.dueBefore().get()));
                }
                if (query.after().isPresent()) {
                    ListQuery.Cursor after = query.after().get();
                    select.setLong(at++, nanos(after.lastActivity()));
                    select.setString(at++, new ConversationId(query.tenant(), after.key()).entityId());
                }
                select.setInt(at++, query.limit());
            }
            select.setInt(at, query.limit());
            return rows(select);
        }
    }

    private static List<ConversationRow> rows(PreparedStatement select) throws SQLException {
        List<ConversationRow> found = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                Optional<Deadline> next =
                        number(row, 7).map(ConversationRepository::instant).map(at -> new Deadline(at, rule(row)));
                Policy policy = new Policy(
                        Duration.ofNanos(row.getLong(9)),
                        number(row, 10).map(Duration::ofNanos),
                        number(row, 11).map(Duration::ofNanos),
                        number(row, 12).map(Duration::ofNanos));
                found.add(new ConversationRow(
                        ConversationId.parse(row.getString(1)),
                        row.getInt(2),
                        STATES[row.getInt(3)],
                        instant(row.getLong(4)),
                        instant(row.getLong(5)),
                        instant(row.getLong(6)),
                        policy,
                        next,
                        row.getLong(13)));
            }
        }
        return found;
    }

    private static final State[] STATES = State.values();
    private static final Rule[] RULES = Rule.values();

    private static Rule rule(ResultSet row) {
        try {
            return RULES[row.getInt(8)];
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Long> number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(value);
    }

    private static java.sql.Array texts(Connection connection, java.util.stream.Stream<String> values)
            throws SQLException {
        return connection.createArrayOf("text", values.toArray(String[]::new));
    }

    /** Of the very type: the driver sends such an array in binary, any other as a text that both sides must work at. */
    private static <C> java.sql.Array array(
            Connection connection,
            String type,
            IntFunction<C[]> empty,
            Collection<ConversationRow> rows,
            Function<ConversationRow, C> column)
            throws SQLException {
        return connection.createArrayOf(type, rows.stream().map(column).toArray(empty));
    }

    /** Nanoseconds since 1970; a time beyond the years that fit (1677 to 2262) counts as the furthest that does. */
    static long nanos(Instant time) {
        try {
            return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
        } catch (ArithmeticException e) {
            return time.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    private static Long nanos(Optional<Duration> duration) {
        return duration.map(Duration::toNanos).orElse(null);
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }
}

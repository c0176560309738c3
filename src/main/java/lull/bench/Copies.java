package lull.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import lull.domain.ConversationId;

/** Conversations made in bulk, in the journal and in the read model, as copies of one that a node wrote. Set-up: it is not measured. */
final class Copies {

    private static final int AT_ONCE = 20_000;

    /** The positions are below all that were given out, so the projection does not come by: the rows are made here. */
    private static final String EVENTS = """
            insert into event_journal (ordering, sequence_number, write_timestamp, event_ser_id, persistence_id, writer,
              adapter_manifest, event_ser_manifest, event_payload)
            select lowest.ordering - row_number() over (order by copy.n, e.sequence_number), e.sequence_number, e.write_timestamp,
              e.event_ser_id, copy.id, e.writer, e.adapter_manifest, e.event_ser_manifest, e.event_payload
            from event_journal e, unnest(?) with ordinality as copy (id, n),
              (select least(0, min(ordering)) as ordering from event_journal) as lowest
            where e.persistence_id = ?
            """;

    private static final String ROWS = """
            insert into conversation (id, slice, session, state, opened_at, since, last_activity, deadline, rule, idle_after,
              expire_after, pending_expire_after, max_age, sequence)
            select copy.id, copy.slice, c.session, c.state, c.opened_at, c.since, c.last_activity, c.deadline, c.rule, c.idle_after,
              c.expire_after, c.pending_expire_after, c.max_age, c.sequence
            from conversation c, unnest(?, ?) as copy (id, slice)
            where c.id = ?
            """;

    private Copies() {}

    /**
     * Makes conversations like number 0 of a prefix, which is there.
     *
     * @param from number of the first one to make, from 1
     * @param to number after that of the last one
     */
    static void make(Store store, String prefix, int from, int to) throws SQLException {
        String original = Workbench.id(Traffic.key(prefix, 0)).entityId();
        try (Connection connection = store.connect();
                PreparedStatement events = connection.prepareStatement(EVENTS);
                PreparedStatement rows = connection.prepareStatement(ROWS)) {
            connection.createStatement().execute("set synchronous_commit = off");
            for (int first = from; first < to; first += AT_ONCE) {
                List<ConversationId> copies = IntStream.range(first, Math.min(to, first + AT_ONCE))
                        .mapToObj(i -> Workbench.id(Traffic.key(prefix, i)))
                        .toList();
                Object[] ids = copies.stream().map(ConversationId::entityId).toArray();
                Object[] slices = copies.stream().map(ConversationId::slice).toArray();
                events.setArray(1, connection.createArrayOf("text", ids));
                events.setString(2, original);
                WrongCount.unlessEqual("events copied", 3 * copies.size(), events.executeUpdate());
                rows.setArray(1, connection.createArrayOf("text", ids));
                rows.setArray(2, connection.createArrayOf("int", slices));
                rows.setString(3, original);
                WrongCount.unlessEqual("rows copied", copies.size(), rows.executeUpdate());
            }
        }
    }

    /** As many conversations as wanted of a prefix whose number 0 is there; those that are there already stay. */
    static void fill(Store store, String prefix, int wanted) throws SQLException {
        long there =
                Workbench.count(store, "select count(*) from conversation where id like ?", Workbench.like(prefix));
        make(store, prefix, (int) there, wanted);
        Workbench.quietStore(store);
    }

    /** Takes them out again, all of them. */
    static void remove(Store store, String prefix) throws SQLException {
        Workbench.execute(store, "delete from conversation where id like ?", Workbench.like(prefix));
        Workbench.execute(store, "delete from event_journal where persistence_id like ?", Workbench.like(prefix));
    }
}

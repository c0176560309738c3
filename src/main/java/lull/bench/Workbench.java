package lull.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import lull.domain.ConversationId;
import lull.domain.Direction;
import lull.entity.NewMessage;

/**
 * What the measurements share: how much to do, where, and the steps that most of them take.
 *
 * @param quick less of everything: for a first impression
 * @param runs how often to measure
 * @param slowRuns how often to measure what takes a minute or more each time
 * @param seed of whatever is drawn at random
 * @param progress told in a line what is being done
 */
record Workbench(
        boolean quick,
        int runs,
        int slowRuns,
        long seed,
        Path home,
        Subject.Starter starter,
        Figures figures,
        Consumer<String> progress) {

    /** The clients of the peers' benchmark, and of ours. */
    static final int IN_FLIGHT = 64;

    /** What prepares a run has no figure to spoil. */
    private static final int PREPARING = 512;

    /** Enough conversations for every shard to be among theirs. */
    private static final int ALL_SHARDS = 1_000;

    /** How often to do it all before it is measured. A node runs for days; its first half minute is the JIT compiler's. */
    int warmUps() {
        return sized(3, 1);
    }

    int sized(int full, int inAHurry) {
        return quick ? inAHurry : full;
    }

    Subject start(NodeSettings settings) {
        return starter.start(home, settings.byPath());
    }

    /** The same with a database of its own, for what the rows of others would disturb. */
    Workbench apart(String name) {
        return new Workbench(quick, runs, slowRuns, seed, home.resolve(name), starter, figures, progress);
    }

    static ConversationId id(String key) {
        return new ConversationId("default", key);
    }

    static CompletionStage<?> send(Subject node, String key, int message, java.time.Instant at) {
        return send(node, key, message, Optional.of(at));
    }

    static CompletionStage<?> send(Subject node, String key, int message) {
        return send(node, key, message, Optional.empty());
    }

    private static CompletionStage<?> send(Subject node, String key, int message, Optional<java.time.Instant> at) {
        return node.conversations()
                .record(
                        id(key),
                        new NewMessage(
                                Traffic.messageId(message),
                                at,
                                Traffic.isInbound(message) ? Direction.INBOUND : Direction.OUTBOUND,
                                Optional.empty()));
    }

    /** Opens conversations by an outbound message each, so that they are active: three events. */
    static void open(Subject node, String prefix, int conversations) {
        prepare(conversations, i -> node.conversations().record(id(Traffic.key(prefix, i)), opening(Optional.empty())));
    }

    static void open(
            Subject node, String prefix, int conversations, java.util.function.IntFunction<java.time.Instant> at) {
        prepare(
                conversations,
                i -> node.conversations().record(id(Traffic.key(prefix, i)), opening(Optional.of(at.apply(i)))));
    }

    static void prepare(int calls, java.util.function.IntFunction<? extends CompletionStage<?>> call) {
        InFlight.closed(calls, PREPARING, call);
    }

    private static NewMessage opening(Optional<java.time.Instant> at) {
        return new NewMessage("opening", at, Direction.OUTBOUND, Optional.empty());
    }

    /** A node that has just started has everything in place: every shard, the projection, the scheduler and its sweepers. */
    static void settle(Subject node, String prefix, java.time.Instant at) {
        open(node, prefix, ALL_SHARDS, i -> at);
        caughtUp(node);
        node.ticks()
                .tick(Optional.of(java.time.Instant.EPOCH))
                .toCompletableFuture()
                .join();
    }

    static void caughtUp(Subject node) {
        node.dueIndex().caughtUp().toCompletableFuture().join();
    }

    /** No vacuum or checkpoint that earlier work has called for falls into the next measurement, and no garbage of it. */
    static void quiet(Subject node) throws SQLException {
        caughtUp(node);
        quietStore(node);
        System.gc();
    }

    static void quietStore(Store store) throws SQLException {
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("vacuum (analyze) event_journal");
            statement.execute("vacuum (analyze) conversation");
            statement.execute("checkpoint");
        }
    }

    /** The columns of the one row that a query gives. */
    static List<Double> numbers(Store store, String sql, Object... parameters) throws SQLException {
        try (Connection connection = store.connect();
                var select = prepared(connection, sql, parameters)) {
            try (ResultSet row = select.executeQuery()) {
                row.next();
                List<Double> numbers = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    numbers.add(row.getDouble(i));
                }
                return numbers;
            }
        }
    }

    static void execute(Store store, String sql, Object... parameters) throws SQLException {
        try (Connection connection = store.connect();
                var statement = prepared(connection, sql, parameters)) {
            statement.execute();
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    static long count(Store store, String sql, Object... parameters) throws SQLException {
        return numbers(store, sql, parameters).get(0).longValue();
    }

    static String like(String prefix) {
        return id(prefix).entityId() + "-%";
    }

    void say(String text) {
        progress.accept(text);
    }
}

package lull;

import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.ShardRegion;
import akka.cluster.sharding.typed.GetShardRegionState;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lull.bench.Subject;
import lull.database.DatabaseSettings;
import lull.database.EmbeddedPostgres;
import lull.entity.ConversationEntity;
import lull.entity.Conversations;
import lull.readmodel.DueIndex;
import lull.sweep.Ticks;
import scala.jdk.javaapi.CollectionConverters;

/** A node as the benchmark sees it: a whole one, in this JVM. */
record MeasuredNode(Node node) implements Subject {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * Whatever the environment says: no database but the one that is named in the settings, never somebody's port, and the end of a node is
     * not that of the JVM.
     */
    private static final Map<String, String> UNLESS_TOLD = Map.of(
            "lull.jdbc.url", "",
            "lull.http.port", "0",
            "lull.management.port", "0",
            "lull.remoting.port", "0",
            "akka.coordinated-shutdown.exit-jvm", "off");

    static MeasuredNode start(Path home, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(UNLESS_TOLD);
        all.putAll(settings);
        all.put("lull.home", home.toString());
        Config config =
                ConfigFactory.load(ConfigFactory.parseMap(all).withFallback(ConfigFactory.defaultApplication()));
        return new MeasuredNode(Node.start(Settings.of(config), config));
    }

    @Override
    public Conversations conversations() {
        return node.parts().conversations();
    }

    @Override
    public DueIndex dueIndex() {
        return node.parts().readModel();
    }

    @Override
    public Ticks ticks() {
        return node.parts().ticks();
    }

    @Override
    public int httpPort() {
        return node.http().localAddress().getPort();
    }

    @Override
    public Connection connect() throws SQLException {
        DatabaseSettings database = node.database().settings();
        return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
    }

    @Override
    public long postgresPid() {
        return node.embedded().map(EmbeddedPostgres::pid).orElseGet(this::pidOfServer);
    }

    /** Of one on this machine, told to a superuser. */
    private long pidOfServer() {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException("the process of the PostgreSQL is not known: " + e.getMessage(), e);
        }
    }

    @Override
    public Set<String> resident() {
        return AskPattern.<akka.cluster.sharding.typed.ClusterShardingQuery, ShardRegion.CurrentShardRegionState>ask(
                        ClusterSharding.get(node.system()).shardState(),
                        replyTo -> new GetShardRegionState(ConversationEntity.TYPE_KEY, replyTo),
                        PATIENCE,
                        node.system().scheduler())
                .thenApply(state -> CollectionConverters.asJava(state.shards()).stream()
                        .flatMap(shard -> CollectionConverters.asJava(shard.entityIds()).stream())
                        .collect(Collectors.toSet()))
                .toCompletableFuture()
                .join();
    }

    @Override
    public void close() {
        node.system().terminate();
        node.close();
    }
}

package lull.readmodel;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.ShardedDaemonProcessSettings;
import akka.cluster.sharding.typed.javadsl.ShardedDaemonProcess;
import akka.projection.ProjectionBehavior;
import akka.projection.ProjectionId;
import akka.projection.jdbc.javadsl.JdbcProjection;
import java.util.Optional;

/**
 * Keeps the {@code conversation} table: one process in the cluster, which follows the journal and stores its offset in the transaction
 * that writes the rows.
 */
final class ConversationProjection {

    static final ProjectionId ID = ProjectionId.of("conversation", "all");

    private ConversationProjection() {}

    static void init(
            ActorSystem<?> system,
            Jdbc jdbc,
            JournalSource source,
            ConversationRepository conversations,
            JournalQueries journal) {
        ShardedDaemonProcess.get(system)
                .init(
                        ProjectionBehavior.Command.class,
                        "conversation-projection",
                        1,
                        index -> ProjectionBehavior.create(JdbcProjection.exactlyOnce(
                                ID,
                                source,
                                () -> new PooledSession(jdbc.dataSource()),
                                () -> new ConversationProjectionHandler(conversations, journal),
                                system)),
                        ShardedDaemonProcessSettings.create(system),
                        Optional.of(ProjectionBehavior.stopMessage()));
    }
}

package lull.readmodel;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.SingletonActor;
import akka.projection.ProjectionBehavior;
import akka.projection.ProjectionId;
import akka.projection.jdbc.javadsl.JdbcProjection;

/**
 * Keeps the {@code conversation} table: one process in the cluster, which follows the journal and stores its offset in the transaction
 * that writes the rows. A singleton: when its node leaves, it is handed over at once, with no ping that would have to wake it.
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
        ClusterSingleton.get(system)
                .init(SingletonActor.of(
                                ProjectionBehavior.create(JdbcProjection.exactlyOnce(
                                        ID,
                                        source,
                                        () -> new PooledSession(jdbc.dataSource()),
                                        () -> new ConversationProjectionHandler(jdbc, conversations, journal),
                                        system)),
                                "conversation-projection")
                        .withStopMessage(ProjectionBehavior.stopMessage()));
    }
}

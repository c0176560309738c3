package lull;

import akka.actor.Address;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;

/** Tells the log who comes to the cluster, is lost and leaves: the first thing to know when something was late. */
final class ClusterLog {

    private ClusterLog() {}

    static Behavior<ClusterEvent.ClusterDomainEvent> create() {
        return Behaviors.setup(context -> {
            Cluster cluster = Cluster.get(context.getSystem());
            Address self = cluster.selfMember().address();
            cluster.subscriptions().tell(Subscribe.create(context.getSelf(), ClusterEvent.ClusterDomainEvent.class));
            return Behaviors.receive(ClusterEvent.ClusterDomainEvent.class)
                    .onMessage(ClusterEvent.MemberUp.class, event -> {
                        context.getLog().info("node {} is up", event.member().address());
                        return Behaviors.same();
                    })
                    .onMessage(ClusterEvent.UnreachableMember.class, event -> {
                        context.getLog()
                                .warn(
                                        "node {} cannot be reached",
                                        event.member().address());
                        return Behaviors.same();
                    })
                    .onMessage(ClusterEvent.ReachableMember.class, event -> {
                        context.getLog()
                                .info(
                                        "node {} can be reached again",
                                        event.member().address());
                        return Behaviors.same();
                    })
                    .onMessage(ClusterEvent.MemberDowned.class, event -> {
                        context.getLog()
                                .warn(
                                        "node {} is taken for dead",
                                        event.member().address());
                        return Behaviors.same();
                    })
                    .onMessage(ClusterEvent.MemberRemoved.class, event -> {
                        // A node that leaves is told that all the others are gone, too.
                        boolean others = !event.member().address().equals(self);
                        if (others
                                && CoordinatedShutdown.get(context.getSystem())
                                        .getShutdownReason()
                                        .isPresent()) {
                            return Behaviors.same();
                        }
                        String how = event.previousStatus() == MemberStatus.down() ? "dead" : "gone in order";
                        context.getLog().info("node {} is {}", event.member().address(), how);
                        return Behaviors.same();
                    })
                    .onAnyMessage(event -> Behaviors.same())
                    .build();
        });
    }
}

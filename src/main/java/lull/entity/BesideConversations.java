package lull.entity;

import akka.actor.ActorRef;
import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.ShardCoordinator;
import akka.cluster.sharding.ShardRegion.ClusterShardingStats;
import akka.cluster.sharding.typed.GetClusterShardingStats;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/**
 * Puts a shard of something that works on conversations to the node that has the conversations of the same slice, so that they talk without
 * a network between them. Where that is unknown, to the node with the fewest; it follows when it is known.
 */
public final class BesideConversations extends ShardCoordinator.AbstractShardAllocationStrategy {

    /** How long to ask where the conversations are; whoever waits for a place waits as long. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final ActorSystem<?> system;

    public BesideConversations(ActorSystem<?> system) {
        this.system = system;
    }

    @Override
    public Future<ActorRef> allocateShard(ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> current) {
        return FutureConverters.asScala(
                homes().thenApply(homes -> region(homes.get(shard), current).orElseGet(() -> leastLoaded(current))));
    }

    @Override
    public Future<Set<String>> rebalance(Map<ActorRef, IndexedSeq<String>> current, Set<String> underWay) {
        return FutureConverters.asScala(homes().thenApply(homes -> {
            Set<String> astray = new HashSet<>();
            current.forEach((region, shards) -> CollectionConverters.asJava(shards).stream()
                    .filter(shard -> !underWay.contains(shard))
                    .filter(shard -> region(homes.get(shard), current)
                            .filter(home -> !home.equals(region))
                            .isPresent())
                    .forEach(astray::add));
            return astray;
        }));
    }

    /** The node of each shard of conversations that has one; of none if that cannot be told now. */
    private CompletionStage<Map<String, Address>> homes() {
        CompletionStage<ClusterShardingStats> stats = AskPattern.ask(
                ClusterSharding.get(system).shardState(),
                replyTo -> new GetClusterShardingStats(ConversationEntity.TYPE_KEY, PATIENCE, replyTo),
                PATIENCE,
                system.scheduler());
        return stats.handle((answer, failure) -> {
            Map<String, Address> homes = new HashMap<>();
            if (failure == null) {
                answer.getRegions().forEach((node, region) -> {
                    region.getStats().keySet().forEach(shard -> homes.put(shard, node));
                    region.getFailed().forEach(shard -> homes.put(shard, node));
                });
            }
            return homes;
        });
    }

    private Optional<ActorRef> region(Address node, Map<ActorRef, IndexedSeq<String>> current) {
        return current.keySet().stream()
                .filter(region -> address(region).equals(node))
                .findFirst();
    }

    private Address address(ActorRef region) {
        Address address = region.path().address();
        return address.hasLocalScope() ? Cluster.get(system).selfMember().address() : address;
    }

    private static ActorRef leastLoaded(Map<ActorRef, IndexedSeq<String>> current) {
        return current.entrySet().stream()
                .min(Comparator.comparingInt(region -> region.getValue().size()))
                .orElseThrow()
                .getKey();
    }
}

package lull.entity;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ActorRef;
import akka.actor.ExtendedActorSystem;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import lull.domain.ConversationId;
import lull.domain.Direction;
import lull.domain.Policy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/** A cluster of one, which has all conversations; the other region is somewhere else. */
class BesideConversationsTest {

    private static final ConversationId ID = new ConversationId("default", "k");
    private static final String SLICE = Integer.toString(ID.slice());
    private static final String OTHER = Integer.toString((ID.slice() + 1) % ConversationId.SLICES);

    private final ActorTestKit testKit = ActorTestKit.create(ShardedConversationsTest.CONFIG);
    private final BesideConversations strategy = new BesideConversations(testKit.system());
    private final ActorRef here = Adapter.toClassic(testKit.createTestProbe().getRef());
    private final ActorRef elsewhere = ((ExtendedActorSystem) Adapter.toClassic(testKit.system()))
            .provider()
            .resolveActorRef("akka://lull@127.0.0.2:25520/system/sharding/Sweeper");

    @BeforeEach
    void one_conversation_is_here() {
        Cluster cluster = Cluster.get(testKit.system());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        ShardedConversations.init(testKit.system(), Policy.DEFAULT, new EntityTime(Clock.systemUTC(), true), 10)
                .record(ID, new NewMessage("m", Optional.of(Instant.EPOCH), Direction.INBOUND, Optional.empty()))
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void shut_down() {
        testKit.shutdownTestKit();
    }

    private static IndexedSeq<String> shards(String... shards) {
        return CollectionConverters.asScala(Arrays.asList(shards)).toIndexedSeq();
    }

    private static <R> R result(Future<R> future) throws Exception {
        return FutureConverters.asJava(future).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_shard_goes_where_the_conversations_of_its_slice_are() throws Exception {
        assertThat(result(
                        strategy.allocateShard(elsewhere, SLICE, Map.of(here, shards("x", "y"), elsewhere, shards()))))
                .isEqualTo(here);
    }

    @Test
    void where_that_is_unknown_it_goes_to_the_node_with_the_fewest() throws Exception {
        assertThat(result(strategy.allocateShard(here, OTHER, Map.of(here, shards("x", "y"), elsewhere, shards("z")))))
                .isEqualTo(elsewhere);
    }

    @Test
    void it_follows_its_conversations_and_others_stay() throws Exception {
        Map<ActorRef, IndexedSeq<String>> current = Map.of(here, shards("x"), elsewhere, shards(SLICE, OTHER));

        assertThat(result(strategy.rebalance(current, Set.of()))).containsExactly(SLICE);
        assertThat(result(strategy.rebalance(current, Set.of(SLICE)))).isEmpty();
        assertThat(result(strategy.rebalance(Map.of(here, shards(SLICE), elsewhere, shards(OTHER)), Set.of())))
                .isEmpty();
    }

    @Test
    void a_node_that_sweeps_nothing_yet_cannot_be_followed_to() throws Exception {
        assertThat(result(strategy.rebalance(Map.of(elsewhere, shards(SLICE)), Set.of())))
                .isEmpty();
        assertThat(result(strategy.allocateShard(elsewhere, SLICE, Map.of(elsewhere, shards()))))
                .isEqualTo(elsewhere);
    }
}

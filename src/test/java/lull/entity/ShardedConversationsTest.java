package lull.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.cluster.sharding.ShardRegion;
import akka.cluster.sharding.typed.GetShardRegionState;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import lull.domain.Conversation;
import lull.domain.ConversationEvent;
import lull.domain.ConversationId;
import lull.domain.Direction;
import lull.domain.Policy;
import lull.domain.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/** A cluster of one, with a journal in memory. */
class ShardedConversationsTest {

    private static final int RESIDENT = 100;

    static final Config CONFIG = ConfigFactory.parseString("""
                    akka.actor.provider = cluster
                    akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                    akka.cluster.jmx.enabled = off
                    akka.cluster.sharding.number-of-shards = 16
                    lull.resident-conversations = %d
                    lull.remoting { interface = "127.0.0.1", port = 0 }
                    lull.management { interface = "127.0.0.1", port = 0 }
                    lull.cluster { new-cluster = true, service = lull, required-contact-points = 2, app-version = "1" }
                    akka.coordinated-shutdown.exit-jvm = off
                    akka.loglevel = WARNING
                    """.formatted(RESIDENT))
            .withFallback(ConfigFactory.parseResources("serialization.conf"))
            .withFallback(PersistenceTestKitPlugin.config())
            .withFallback(ConfigFactory.parseResources("cluster.conf"))
            .withFallback(ConfigFactory.defaultReference())
            .resolve();

    private final ActorTestKit testKit = ActorTestKit.create(CONFIG);

    @AfterEach
    void shut_down() {
        testKit.shutdownTestKit();
    }

    private Conversations start(int maxInFlight) {
        Cluster cluster = Cluster.get(testKit.system());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        return ShardedConversations.init(
                testKit.system(), Policy.DEFAULT, new EntityTime(Clock.systemUTC(), true), maxInFlight);
    }

    private static NewMessage message(int i) {
        return new NewMessage(
                "m" + i, Optional.of(Instant.ofEpochSecond(1_000_000_000L + i)), Direction.INBOUND, Optional.empty());
    }

    private static ConversationId id(int i) {
        return new ConversationId("default", "k" + i);
    }

    private int resident() {
        TestProbe<ShardRegion.CurrentShardRegionState> probe =
                testKit.createTestProbe(ShardRegion.CurrentShardRegionState.class);
        ClusterSharding.get(testKit.system())
                .shardState()
                .tell(new GetShardRegionState(ConversationEntity.TYPE_KEY, probe.getRef()));
        return CollectionConverters.asJava(
                        probe.receiveMessage(Duration.ofSeconds(10)).shards())
                .stream()
                .mapToInt(shard -> shard.entityIds().size())
                .sum();
    }

    @Test
    void no_more_conversations_stay_in_memory_than_the_setting_allows_and_all_can_be_reached() {
        Conversations conversations = start(2_000);

        for (int i = 0; i < 1_000; i++) {
            conversations.record(id(i), message(1)).toCompletableFuture().join();
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> resident() <= RESIDENT);
        for (int i = 0; i < 1_000; i += 97) {
            assertThat(conversations
                            .record(id(i), message(1))
                            .toCompletableFuture()
                            .join()
                            .repeated())
                    .isTrue();
        }
    }

    /** As a node does that was cut off and does not know yet that it was replaced. */
    @Test
    void one_that_another_node_has_written_is_read_again_before_time_is_moved() {
        Conversations conversations = start(10);
        conversations.record(id(1), message(1)).toCompletableFuture().join();
        PersistenceTestKit journal = PersistenceTestKit.create(testKit.system());
        Conversation stored = Conversation.NEW.applyAll(journal.persistedInStorage(id(1).entityId()).stream()
                .map(ConversationEvent.class::cast)
                .toList());
        NewMessage other = message(2);
        List<ConversationEvent> events = stored.decide(
                        new Request.Message(
                                other.messageId(), other.at().orElseThrow(), Direction.OUTBOUND, Optional.empty()),
                        Policy.DEFAULT,
                        other.at().orElseThrow())
                .events();
        journal.persistForRecovery(id(1).entityId(), List.copyOf(events));
        long known = journal.persistedInStorage(id(1).entityId()).size();
        Instant idle = other.at().orElseThrow().plus(Policy.DEFAULT.idleAfter());

        assertThat(conversations
                        .advance(id(1), idle.minusNanos(1), known)
                        .toCompletableFuture()
                        .join()
                        .transitions())
                .isZero();
        assertThat(conversations
                        .advance(id(1), idle, known)
                        .toCompletableFuture()
                        .join())
                .isEqualTo(new Reply.Advanced(1, Optional.of(idle), false));
    }

    @Test
    void what_is_too_much_is_refused_at_once_and_what_comes_later_is_taken() {
        Conversations conversations = start(3);

        List<CompletableFuture<Reply.Recorded>> calls = IntStream.range(0, 200)
                .mapToObj(i -> conversations.record(id(i), message(1)).toCompletableFuture())
                .toList();

        long refused = calls.stream()
                .filter(call -> {
                    try {
                        call.join();
                        return false;
                    } catch (CompletionException e) {
                        assertThat(e.getCause()).isInstanceOf(Conversations.Unavailable.class);
                        return true;
                    }
                })
                .count();
        assertThat(refused).isBetween(1L, 197L);
        assertThat(conversations
                        .record(id(0), message(2))
                        .toCompletableFuture()
                        .join()
                        .repeated())
                .isFalse();
    }

    @Test
    void a_question_that_was_lost_on_its_way_is_put_again() {
        CompletableFuture<String> lost = new CompletableFuture<>();

        CompletionStage<String> answer = ShardedConversations.twice(
                testKit.system(), Duration.ofMillis(50), () -> lost, () -> CompletableFuture.completedFuture("again"));

        assertThat(answer.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join())
                .isEqualTo("again");
    }

    @Test
    void a_question_that_was_answered_in_time_is_put_once() {
        AtomicInteger put = new AtomicInteger();
        CompletionStage<String> answer = ShardedConversations.twice(
                testKit.system(), Duration.ofMillis(50), () -> CompletableFuture.completedFuture("first"), () -> {
                    put.incrementAndGet();
                    return new CompletableFuture<>();
                });

        assertThat(answer.toCompletableFuture().join()).isEqualTo("first");
        await().during(Duration.ofMillis(200)).until(() -> put.get() == 0);
    }

    @Test
    void a_failure_of_the_first_is_the_answer_if_the_second_has_none() {
        CompletableFuture<String> first = new CompletableFuture<>();
        AtomicInteger put = new AtomicInteger();
        CompletionStage<String> answer =
                ShardedConversations.twice(testKit.system(), Duration.ofMillis(10), () -> first, () -> {
                    put.incrementAndGet();
                    return CompletableFuture.failedFuture(new Conversations.Unavailable("later"));
                });
        await().until(() -> put.get() == 1);

        first.completeExceptionally(new Conversations.Unavailable("no answer"));

        assertThatThrownBy(() -> answer.toCompletableFuture().join()).hasMessageContaining("no answer");
    }
}

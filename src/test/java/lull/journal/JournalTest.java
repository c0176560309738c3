package lull.journal;

import static lull.journal.Events.call;
import static lull.journal.Events.event;
import static lull.journal.Events.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.javadsl.Adapter;
import akka.persistence.AtomicWrite;
import akka.persistence.JournalProtocol.RecoverySuccess;
import akka.persistence.JournalProtocol.ReplayMessages;
import akka.persistence.JournalProtocol.ReplayedMessage;
import akka.persistence.JournalProtocol.WriteMessageFailure;
import akka.persistence.JournalProtocol.WriteMessageRejected;
import akka.persistence.JournalProtocol.WriteMessageSuccess;
import akka.persistence.JournalProtocol.WriteMessages;
import akka.persistence.JournalProtocol.WriteMessagesFailed;
import akka.persistence.JournalProtocol.WriteMessagesSuccessful$;
import akka.persistence.Persistence;
import akka.persistence.PersistentEnvelope;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.Seq;

/** What a persistent actor is answered. The rest of the contract is Akka's own test. */
class JournalTest extends JournalDatabase {

    private static final int INSTANCE = 7;

    private ActorSystem actors;
    private ActorRef journal;
    private TestProbe<Object> actor;

    @BeforeEach
    void startActors() {
        actors = TestSystem.start(new JournalSetup(watched.dataSource(), () -> {}));
        journal = Persistence.get(actors).journalFor("lull.journal-plugin", com.typesafe.config.ConfigFactory.empty());
        actor = TestProbe.create(Adapter.toTyped(actors));
    }

    @AfterEach
    void stopActors() throws Exception {
        watched.release();
        actors.terminate();
        actors.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @SuppressWarnings("unchecked")
    private void send(AtomicWrite... writes) {
        var messages = (Seq<PersistentEnvelope>) (Seq<?>) call(writes);
        journal.tell(new WriteMessages(messages, Adapter.toClassic(actor.getRef()), INSTANCE), ActorRef.noSender());
    }

    private void replay(String id) {
        journal.tell(
                new ReplayMessages(1, Long.MAX_VALUE, Long.MAX_VALUE, id, Adapter.toClassic(actor.getRef())),
                ActorRef.noSender());
    }

    @Test
    void answers_for_all_and_then_for_each_event_in_order() {
        send(write("a", 1, 2), write("a", 3));

        actor.expectMessageClass(WriteMessagesSuccessful$.class);
        assertThat(List.of(1L, 2L, 3L)).allSatisfy(number -> {
            var stored = actor.expectMessageClass(WriteMessageSuccess.class);
            assertThat(stored.persistent().sequenceNr()).isEqualTo(number);
            assertThat(stored.actorInstanceId()).isEqualTo(INSTANCE);
        });
    }

    @Test
    void rejects_the_events_that_cannot_become_rows() {
        send(write("a", 1), write(event("a", 2, new Object())), write("a", 3));

        actor.expectMessageClass(WriteMessagesSuccessful$.class);
        actor.expectMessageClass(WriteMessageSuccess.class);
        assertThat(actor.expectMessageClass(WriteMessageRejected.class)
                        .message()
                        .sequenceNr())
                .isEqualTo(2);
        actor.expectMessageClass(WriteMessageSuccess.class);
    }

    @Test
    void fails_all_events_of_a_write_that_lost_against_another() {
        send(write("a", 2));
        actor.expectMessageClass(WriteMessagesSuccessful$.class);
        actor.expectMessageClass(WriteMessageSuccess.class);

        send(write("a", 1), write("a", 2));

        assertThat(actor.expectMessageClass(WriteMessagesFailed.class).writeCount())
                .isEqualTo(2);
        assertThat(List.of(1L, 2L)).allSatisfy(number -> {
            var failed = actor.expectMessageClass(WriteMessageFailure.class);
            assertThat(failed.message().sequenceNr()).isEqualTo(number);
            assertThat(failed.cause()).isInstanceOf(JournalFailure.class);
        });
    }

    @Test
    void a_restarted_actor_does_not_miss_its_own_last_write() {
        watched.hold();
        send(write("a", 1));
        await().until(() -> watched.held() == 1);

        replay("a");
        replay("b");
        // The reader has been asked for the other one, so the first had its turn before.
        await().until(() -> watched.held() == 2);
        watched.release();

        var answers = actor.receiveSeveralMessages(5);
        assertThat(answers)
                .filteredOn(ReplayedMessage.class::isInstance)
                .singleElement()
                .satisfies(it -> assertThat(((ReplayedMessage) it).persistent().sequenceNr())
                        .isEqualTo(1));
        assertThat(answers)
                .filteredOn(RecoverySuccess.class::isInstance)
                .extracting(it -> ((RecoverySuccess) it).highestSequenceNr())
                .containsExactlyInAnyOrder(0L, 1L);
    }
}

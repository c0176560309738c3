package lull.journal;

import akka.actor.ActorRef;
import akka.persistence.AtomicWrite;
import akka.persistence.JournalProtocol.WriteMessageFailure;
import akka.persistence.JournalProtocol.WriteMessageRejected;
import akka.persistence.JournalProtocol.WriteMessageSuccess;
import akka.persistence.JournalProtocol.WriteMessages;
import akka.persistence.JournalProtocol.WriteMessagesFailed;
import akka.persistence.JournalProtocol.WriteMessagesSuccessful$;
import akka.persistence.PersistentEnvelope;
import akka.persistence.PersistentRepr;
import java.util.function.BiConsumer;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/** Answers a persistent actor as Akka's {@code AsyncWriteJournal} does: first for all, then for each event, in order. */
record WriteReplies(WriteMessages request, ActorRef journal) implements PendingWrite.Answer {

    @Override
    public void results(Seq<Try<BoxedUnit>> results) {
        request.persistentActor().tell(WriteMessagesSuccessful$.MODULE$, journal);
        var result = results.iterator();
        eachWrite((write, instance) -> {
            var outcome = result.next();
            if (outcome.isSuccess()) {
                each(write, event -> new WriteMessageSuccess(event, instance));
            } else {
                var cause = outcome.failed().get();
                each(write, event -> new WriteMessageRejected(event, cause, instance));
            }
        });
    }

    @Override
    public void failed(Throwable cause) {
        request.persistentActor()
                .tell(new WriteMessagesFailed(cause, request.messages().size()), journal);
        eachWrite((write, instance) -> each(write, event -> new WriteMessageFailure(event, cause, instance)));
    }

    private void eachWrite(BiConsumer<AtomicWrite, Integer> action) {
        for (PersistentEnvelope message : CollectionConverters.asJava(request.messages())) {
            action.accept((AtomicWrite) message, request.actorInstanceId());
        }
    }

    private void each(AtomicWrite write, java.util.function.Function<PersistentRepr, Object> reply) {
        for (PersistentRepr event : CollectionConverters.asJava(write.payload())) {
            request.persistentActor().tell(reply.apply(event), event.sender());
        }
    }
}

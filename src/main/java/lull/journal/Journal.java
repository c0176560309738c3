package lull.journal;

import akka.actor.Actor;
import akka.actor.ActorRef;
import akka.persistence.AtomicWrite;
import akka.persistence.JournalProtocol.RecoverySuccess;
import akka.persistence.JournalProtocol.ReplayMessages;
import akka.persistence.JournalProtocol.ReplayMessagesFailure;
import akka.persistence.JournalProtocol.ReplayedMessage;
import akka.persistence.JournalProtocol.WriteMessages;
import akka.persistence.PersistentRepr;
import akka.persistence.jdbc.journal.JdbcAsyncWriteJournal;
import com.typesafe.config.Config;
import java.util.List;
import java.util.Optional;
import scala.PartialFunction;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;

/**
 * The plugin ({@code lull.journal-plugin.class}), but for two short cuts: the answers to a write go straight to the
 * persistent actor, and so does a history that the first read brings whole. The plugin's own way takes a circuit breaker that never opens, an
 * actor that puts answers in order which are in order, half a dozen futures, and for a replay a stream: a tenth of the node's work for a
 * message, and a fifth for a timeout of a conversation that is not in memory. Whatever else there is goes the plugin's way.
 */
public final class Journal extends JdbcAsyncWriteJournal {

    private final JournalAccess journal;

    /** Akka finds this constructor by its parameter. */
    public Journal(Config config) {
        super(config.getConfig("plugin"));
        journal = JournalAccess.get(context().system());
    }

    /** The plugin's way. It comes here for what was put back, and for what has no short cut. */
    private record Plain(Object message) {}

    @Override
    public void aroundReceive(PartialFunction<Object, BoxedUnit> receive, Object message) {
        if (message instanceof Plain plain) {
            super.aroundReceive(receive, plain.message());
        } else if (message instanceof WriteMessages write && holdsOnlyEvents(write)) {
            write(write);
        } else if (message instanceof ReplayMessages replay) {
            replay(replay);
        } else {
            super.aroundReceive(receive, message);
        }
    }

    /** A classic actor's {@code defer} brings others, of which only the plugin knows when they are due. */
    private static boolean holdsOnlyEvents(WriteMessages write) {
        return write.messages().forall(it -> it instanceof AtomicWrite);
    }

    private void write(WriteMessages write) {
        Seq<AtomicWrite> prepared;
        try {
            prepared = preparePersistentBatch(write.messages());
        } catch (RuntimeException e) {
            self().tell(new Plain(write), sender()); // it knows how to refuse
            return;
        }
        journal.write(prepared, new WriteReplies(write, self()));
    }

    private void replay(ReplayMessages replay) {
        ActorRef self = self();
        ActorRef sender = sender();
        Optional<PendingWrite> underWay = journal.underWay(replay.persistenceId());
        if (underWay.isPresent()) {
            // A restarted actor must not miss its own last write.
            underWay.get().whenAnswered(() -> self.tell(replay, sender));
            return;
        }
        journal.read(replay.persistenceId(), replay.fromSequenceNr(), new ReadRequest.Reply() {
            @Override
            public void answered(ReadAnswer answer) {
                var wanted = journal.wanted(answer, replay.toSequenceNr(), replay.max());
                if (wanted.isPresent()) {
                    replayed(replay, answer.highest(), wanted.get());
                } else {
                    self.tell(new Plain(replay), sender);
                }
            }

            @Override
            public void failed(Throwable cause) {
                replay.persistentActor().tell(new ReplayMessagesFailure(cause), self);
            }
        });
    }

    /** Not in the journal actor: it has others to serve. */
    private void replayed(ReplayMessages replay, long highest, List<StoredEvent> events) {
        ActorRef to = replay.persistentActor();
        for (var event : events) {
            var decoded = journal.decode(event);
            if (decoded.isFailure()) {
                to.tell(new ReplayMessagesFailure(decoded.failed().get()), Actor.noSender());
                return;
            }
            adapted(decoded.get()._1()).forEach(it -> to.tell(new ReplayedMessage(it), Actor.noSender()));
        }
        to.tell(new RecoverySuccess(highest), Actor.noSender());
    }

    private List<PersistentRepr> adapted(PersistentRepr event) {
        return CollectionConverters.asJava(adaptFromJournal(event));
    }
}

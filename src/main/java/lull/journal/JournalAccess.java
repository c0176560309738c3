package lull.journal;

import akka.NotUsed;
import akka.actor.AbstractExtensionId;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import akka.dispatch.Dispatchers;
import akka.dispatch.Futures;
import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.serialization.SerializationExtension;
import akka.stream.javadsl.Source;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/**
 * The journal of one actor system: its threads and queues. They belong to the system, since the plugin's actor makes itself a
 * new data access object whenever it is restarted, and never closes one.
 */
final class JournalAccess implements Extension {

    private final DataSource dataSource;
    private final ExecutionContext blocking;
    private final JournalWriter writer;
    private final Histories histories;
    private final EventCodec codec;

    private JournalAccess(ExtendedActorSystem system) {
        var setup = system.settings().setup().get(JournalSetup.class);
        if (setup.isEmpty()) {
            throw new IllegalStateException("The actor system was created without a " + JournalSetup.class.getName());
        }
        var settings = JournalSettings.of(system.settings().config());
        codec = new EventCodec(SerializationExtension.get(system));
        var reader = new JournalReader(setup.get(), settings, system.dispatcher());
        dataSource = setup.get().dataSource();
        blocking = system.dispatchers().lookup(Dispatchers.DefaultBlockingDispatcherId());
        writer = new JournalWriter(setup.get(), codec, settings, system.dispatcher());
        histories = new Histories(reader, codec, settings);
        // Runs when all actors have stopped and before the system counts as terminated, so the pool is still open.
        system.registerOnTermination(() -> {
            reader.close(settings.closeWithin());
            writer.close(settings.closeWithin());
        });
    }

    static JournalAccess get(akka.actor.ActorSystem system) {
        return Id.ID.get(system);
    }

    Future<Seq<Try<BoxedUnit>>> write(Seq<AtomicWrite> writes) {
        return writer.write(writes);
    }

    void write(Seq<AtomicWrite> writes, PendingWrite.Answer answer) {
        writer.write(writes, answer);
    }

    Optional<PendingWrite> underWay(String persistenceId) {
        return writer.underWay(persistenceId);
    }

    void read(String persistenceId, long from, ReadRequest.Reply reply) {
        histories.first(persistenceId, from, reply);
    }

    Optional<List<StoredEvent>> wanted(ReadAnswer first, long to, long max) {
        return histories.wanted(first, to, max);
    }

    Future<Object> highest(String persistenceId, long from) {
        return histories.highest(persistenceId, from);
    }

    Try<Tuple2<PersistentRepr, Object>> decode(StoredEvent event) {
        return codec.decode(event);
    }

    Source<Try<Tuple2<PersistentRepr, Object>>, NotUsed> events(
            String persistenceId, long from, long to, int pageRows) {
        return histories.events(persistenceId, from, to, pageRows);
    }

    /** Rare, so it has no threads of its own. */
    Future<BoxedUnit> delete(String persistenceId, long to) {
        return Futures.future(
                () -> {
                    try (var connection = dataSource.getConnection()) {
                        JournalSql.delete(connection, persistenceId, to);
                    } finally {
                        histories.forget(persistenceId);
                    }
                    return BoxedUnit.UNIT;
                },
                blocking);
    }

    private static final class Id extends AbstractExtensionId<JournalAccess> {

        private static final Id ID = new Id();

        @Override
        public JournalAccess createExtension(ExtendedActorSystem system) {
            return new JournalAccess(system);
        }
    }
}

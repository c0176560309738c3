package lull.journal;

import akka.NotUsed;
import akka.actor.Scheduler;
import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.jdbc.config.JournalConfig;
import akka.persistence.jdbc.journal.dao.JournalDao;
import akka.serialization.Serialization;
import akka.stream.Materializer;
import akka.stream.scaladsl.Source;
import scala.Option;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.concurrent.duration.FiniteDuration;
import scala.runtime.BoxedUnit;
import scala.util.Try;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;

/** What the plugin sees ({@code jdbc-journal.dao}): its calls, passed on to the journal of the actor system. */
public final class PostgresJournalDao implements JournalDao {

    private final JournalAccess journal;
    private final int pageRows;

    /** The plugin finds this constructor by its parameters. Slick's are not used. */
    public PostgresJournalDao(
            JdbcBackend.DatabaseDef unusedDatabase,
            JdbcProfile unusedProfile,
            JournalConfig config,
            Serialization serialization,
            ExecutionContext executionContext,
            Materializer materializer) {
        journal = JournalAccess.get(materializer.system());
        pageRows = config.daoConfig().replayBatchSize();
    }

    @Override
    public Future<Seq<Try<BoxedUnit>>> asyncWriteMessages(Seq<AtomicWrite> messages) {
        return journal.write(messages);
    }

    @Override
    public Future<Object> highestSequenceNr(String persistenceId, long fromSequenceNr) {
        return journal.highest(persistenceId, fromSequenceNr);
    }

    /** Up to what is stored when it is read; there are no live queries here. */
    @Override
    public Source<Try<Tuple2<PersistentRepr, Object>>, NotUsed> messagesWithBatch(
            String persistenceId,
            long fromSequenceNr,
            long toSequenceNr,
            int batchSize,
            Option<Tuple2<FiniteDuration, Scheduler>> refreshInterval) {
        if (refreshInterval.isDefined()) {
            throw new UnsupportedOperationException("The journal has no live queries");
        }
        return journal.events(persistenceId, fromSequenceNr, toSequenceNr, batchSize)
                .asScala();
    }

    @Override
    public Source<Try<Tuple2<PersistentRepr, Object>>, NotUsed> messages(
            String persistenceId, long fromSequenceNr, long toSequenceNr, long max) {
        return journal.events(persistenceId, fromSequenceNr, toSequenceNr, pageRows)
                .take(max)
                .asScala();
    }

    @Override
    public Future<BoxedUnit> delete(String persistenceId, long toSequenceNr) {
        return journal.delete(persistenceId, toSequenceNr);
    }
}

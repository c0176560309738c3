package lull.journal;

import akka.dispatch.Futures;
import akka.persistence.PersistentRepr;
import akka.persistence.jdbc.journal.JdbcAsyncWriteJournal;
import com.typesafe.config.Config;
import java.util.List;
import scala.Function1;
import scala.concurrent.Future;
import scala.runtime.BoxedUnit;

/**
 * The plugin ({@code lull.journal-plugin.class}), but for one short cut: a history that the first read has brought whole is replayed from there.
 * The plugin makes a stream for each replay: a fifth of the node's work for a timeout of a conversation that is not in memory. Longer
 * histories go its way.
 */
public final class Journal extends JdbcAsyncWriteJournal {

    private final JournalAccess journal;

    /** Akka finds this constructor by its parameter. */
    public Journal(Config config) {
        super(config.getConfig("plugin"));
        journal = JournalAccess.get(context().system());
    }

    @Override
    public Future<BoxedUnit> asyncReplayMessages(
            String persistenceId, long from, long to, long max, Function1<PersistentRepr, BoxedUnit> replayed) {
        var whole = journal.whole(persistenceId, from, to);
        return whole.isPresent()
                ? replay(whole.get(), max, replayed)
                : super.asyncReplayMessages(persistenceId, from, to, max, replayed);
    }

    private Future<BoxedUnit> replay(
            List<StoredEvent> events, long max, Function1<PersistentRepr, BoxedUnit> replayed) {
        long left = max;
        for (var event : events) {
            if (left-- <= 0) {
                break;
            }
            var decoded = journal.decode(event);
            if (decoded.isFailure()) {
                return Futures.failed(decoded.failed().get());
            }
            replayed.apply(decoded.get()._1());
        }
        return Futures.successful(BoxedUnit.UNIT);
    }
}

package lull.journal;

import akka.dispatch.Futures;
import akka.persistence.AtomicWrite;
import java.util.ArrayList;
import java.util.List;
import scala.collection.immutable.Seq;
import scala.concurrent.Promise;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;
import scala.util.Failure;
import scala.util.Success;
import scala.util.Try;

/** One call of the plugin: the atomic writes of one persistent actor, and the promise that answers them together. */
final class PendingWrite {

    private static final Try<BoxedUnit> STORED = new Success<>(BoxedUnit.UNIT);

    private final List<AtomicWrite> writes;
    private final Promise<Seq<Try<BoxedUnit>>> answer = Futures.promise();
    private final long since = System.nanoTime();
    private final int size;

    PendingWrite(Seq<AtomicWrite> writes) {
        this.writes = CollectionConverters.asJava(writes);
        this.size = this.writes.stream().mapToInt(AtomicWrite::size).sum();
    }

    Promise<Seq<Try<BoxedUnit>>> answer() {
        return answer;
    }

    /** How many events. */
    int size() {
        return size;
    }

    long waitedMillis() {
        return (System.nanoTime() - since) / 1_000_000;
    }

    void fail(Throwable cause) {
        answer.tryFailure(cause);
    }

    /** An atomic write that can't become rows is rejected by itself: the others of the same call are stored. */
    Encoded encode(EventCodec codec) {
        var rows = new ArrayList<List<StoredEvent>>(writes.size());
        var results = new ArrayList<Try<BoxedUnit>>(writes.size());
        for (var write : writes) {
            var encoded = codec.encode(write);
            if (encoded.isSuccess()) {
                rows.add(encoded.get());
                results.add(STORED);
            } else {
                results.add(new Failure<>(encoded.failed().get()));
            }
        }
        return new Encoded(this, rows, CollectionConverters.asScala(results).toList());
    }

    /**
     * @param writes the rows of each atomic write
     * @param results the answer, once the rows are stored
     */
    record Encoded(PendingWrite call, List<List<StoredEvent>> writes, Seq<Try<BoxedUnit>> results) {

        String persistenceId() {
            return call.writes.get(0).persistenceId();
        }

        List<StoredEvent> rows() {
            return writes.size() == 1
                    ? writes.get(0)
                    : writes.stream().flatMap(List::stream).toList();
        }

        void stored() {
            call.answer.trySuccess(results);
        }

        void alreadyWritten(Throwable cause) {
            call.fail(JournalFailure.alreadyWritten(
                    persistenceId(),
                    call.writes.get(0).lowestSequenceNr(),
                    call.writes.get(call.writes.size() - 1).highestSequenceNr(),
                    cause));
        }
    }
}

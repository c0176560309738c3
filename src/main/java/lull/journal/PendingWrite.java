package lull.journal;

import akka.persistence.AtomicWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;
import scala.util.Failure;
import scala.util.Success;
import scala.util.Try;

/** The atomic writes of one persistent actor that are answered together. */
final class PendingWrite {

    private static final Try<BoxedUnit> STORED = new Success<>(BoxedUnit.UNIT);

    private final List<AtomicWrite> writes;
    private final Answer answer;
    private final CompletableFuture<Void> answered = new CompletableFuture<>();
    private final long writtenAt = System.currentTimeMillis();
    private final long since = System.nanoTime();
    private final int size;

    /** Where the outcome goes: must be quick. */
    interface Answer {
        /** One result for each atomic write: stored, or rejected by itself. */
        void results(Seq<Try<BoxedUnit>> results);

        /** Nothing is known to be stored. */
        void failed(Throwable cause);
    }

    PendingWrite(Seq<AtomicWrite> writes, Answer answer) {
        this.writes = CollectionConverters.asJava(writes);
        this.answer = answer;
        this.size = this.writes.stream().mapToInt(AtomicWrite::size).sum();
    }

    String persistenceId() {
        return writes.get(0).persistenceId();
    }

    /** Runs something when it is answered, or now if it has been. */
    void whenAnswered(Runnable action) {
        answered.thenRun(action);
    }

    /** How many events. */
    int size() {
        return size;
    }

    long waitedMillis() {
        return (System.nanoTime() - since) / 1_000_000;
    }

    void fail(Throwable cause) {
        if (answered.complete(null)) {
            answer.failed(cause);
        }
    }

    /** An atomic write that can't become rows is rejected by itself: the others of the same call are stored. */
    Encoded encode(EventCodec codec) {
        var rows = new ArrayList<List<StoredEvent>>(writes.size());
        var results = new ArrayList<Try<BoxedUnit>>(writes.size());
        for (var write : writes) {
            var encoded = codec.encode(write, writtenAt);
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
            return call.persistenceId();
        }

        List<StoredEvent> rows() {
            return writes.size() == 1
                    ? writes.get(0)
                    : writes.stream().flatMap(List::stream).toList();
        }

        void stored() {
            if (call.answered.complete(null)) {
                call.answer.results(results);
            }
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

package lull.journal;

import akka.NotUsed;
import akka.dispatch.Futures;
import akka.persistence.PersistentRepr;
import akka.stream.javadsl.Source;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import lull.journal.Handover.FirstRead;
import scala.Option;
import scala.Some;
import scala.Tuple2;
import scala.concurrent.Future;
import scala.concurrent.Promise;
import scala.util.Try;

/**
 * The two steps of a recovery: the highest sequence number, then the events. The first step's query brings the events along,
 * so the second needs none, unless the history is long: it goes on in pages, each read when the last has been consumed.
 */
final class Histories {

    private final JournalReader reader;
    private final EventCodec codec;
    private final Handover handover;
    private final int firstRows;

    Histories(JournalReader reader, EventCodec codec, JournalSettings settings) {
        this.reader = reader;
        this.codec = codec;
        this.handover =
                new Handover(settings.handoverBytes(), settings.handoverTime().toNanos());
        this.firstRows = settings.recoveryRows();
    }

    /** @param from where the replay will begin, or a little before: only a hint */
    Future<Object> highest(String persistenceId, long from) {
        Promise<Object> highest = Futures.promise();
        first(persistenceId, from, new ReadRequest.Reply() {
            @Override
            public void answered(ReadAnswer answer) {
                var complete = answer.events().size() < firstRows;
                handover.put(persistenceId, new FirstRead(from, answer, complete, System.nanoTime()));
                highest.success(answer.highest());
            }

            @Override
            public void failed(Throwable cause) {
                highest.failure(cause);
            }
        });
        return highest.future();
    }

    /** Reads the highest number and the first events, which mostly are all of them. */
    void first(String persistenceId, long from, ReadRequest.Reply reply) {
        reader.read(new ReadRequest(persistenceId, from, Long.MAX_VALUE, firstRows, reply));
    }

    /** The events up to a number, at most {@code max}, if the first read has brought all of them. */
    Optional<List<StoredEvent>> wanted(ReadAnswer first, long to, long max) {
        var events = first.events();
        boolean all = events.size() < firstRows
                || events.get(events.size() - 1).sequenceNumber() >= Math.min(to, first.highest());
        return all
                ? Optional.of(events.stream()
                        .filter(event -> event.sequenceNumber() <= to)
                        .limit(max)
                        .toList())
                : Optional.empty();
    }

    /** @param pageRows the most rows that are held for a slow consumer */
    Source<Try<Tuple2<PersistentRepr, Object>>, NotUsed> events(
            String persistenceId, long from, long to, int pageRows) {
        return handover.take(persistenceId, from, System.nanoTime())
                .map(first -> begunBy(first, persistenceId, from, to, pageRows))
                .orElseGet(() -> pages(persistenceId, from, to, pageRows));
    }

    /** Drops what was read before of a history that changes otherwise than by growing. */
    void forget(String persistenceId) {
        handover.drop(persistenceId);
    }

    private Source<Try<Tuple2<PersistentRepr, Object>>, NotUsed> begunBy(
            FirstRead first, String persistenceId, long from, long to, int pageRows) {
        var wanted = wanted(first, from, to);
        var source = Source.fromIterator(() -> decoded(wanted));
        if (reaches(first, to)) {
            return source;
        }
        return source.concatLazy(pages(persistenceId, Math.max(from, last(first) + 1), to, pageRows));
    }

    private static List<StoredEvent> wanted(FirstRead first, long from, long to) {
        return first.answer().events().stream()
                .filter(event -> event.sequenceNumber() >= from && event.sequenceNumber() <= to)
                .toList();
    }

    private static boolean reaches(FirstRead first, long to) {
        return last(first) >= to || (first.complete() && first.answer().highest() >= to);
    }

    private static long last(FirstRead first) {
        var events = first.answer().events();
        return events.get(events.size() - 1).sequenceNumber();
    }

    private Source<Try<Tuple2<PersistentRepr, Object>>, NotUsed> pages(
            String persistenceId, long from, long to, int pageRows) {
        // The state is the first sequence number of the next page; one beyond the last wanted ends it.
        // Scala's operator, as Java's wants a CompletionStage (see the package's documentation).
        return akka.stream.scaladsl.Source.unfoldAsync(
                        (Object) from, next -> page(persistenceId, (Long) next, to, pageRows))
                .asJava()
                .mapConcat(events -> () -> decoded(events));
    }

    private Future<Option<Tuple2<Object, List<StoredEvent>>>> page(
            String persistenceId, long from, long to, int pageRows) {
        if (from > to || from == Long.MIN_VALUE) {
            return Futures.successful(Option.empty());
        }
        Promise<Option<Tuple2<Object, List<StoredEvent>>>> page = Futures.promise();
        reader.read(new ReadRequest(persistenceId, from, to, pageRows, new ReadRequest.Reply() {
            @Override
            public void answered(ReadAnswer answer) {
                var events = answer.events();
                // A page that is not full is the last. Long.MAX_VALUE + 1 is Long.MIN_VALUE: behind the end as well.
                var next = events.size() < pageRows
                        ? Long.MIN_VALUE
                        : events.get(events.size() - 1).sequenceNumber() + 1;
                page.success(new Some<>(new Tuple2<>(next, events)));
            }

            @Override
            public void failed(Throwable cause) {
                page.failure(cause);
            }
        }));
        return page.future();
    }

    private Iterator<Try<Tuple2<PersistentRepr, Object>>> decoded(List<StoredEvent> events) {
        return events.stream().map(codec::decode).iterator();
    }
}

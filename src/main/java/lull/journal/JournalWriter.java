package lull.journal;

import akka.dispatch.Futures;
import akka.persistence.AtomicWrite;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import lull.journal.BatchQueue.Offer;
import lull.journal.JournalSql.EventKey;
import lull.journal.PendingWrite.Encoded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.immutable.Seq;
import scala.concurrent.Future;
import scala.concurrent.Promise;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/**
 * Writes events: what comes together while a statement is under way goes into the next one, a call of the plugin always
 * whole. A call fails alone when it is the cause; everybody fails when the database does, and nothing is tried again whose
 * outcome is not known.
 */
final class JournalWriter {

    private static final Logger log = LoggerFactory.getLogger(JournalWriter.class);

    /** Statements that a batch shares, when it meets keys that exist. Each call then gets a statement of its own. */
    private static final int SHARED_ATTEMPTS = 3;

    private final DataSource dataSource;
    private final EventCodec codec;
    private final Executor answers;
    private final Runnable onCommit;
    private final Duration queueWait;
    private final BatchQueue<PendingWrite> queue;
    private final Workers workers;
    private final Map<String, PendingWrite> underWay = new ConcurrentHashMap<>();

    /** @param answers what is stored is told by its threads, so that the next statement does not wait for that */
    JournalWriter(JournalSetup setup, EventCodec codec, JournalSettings settings, Executor answers) {
        this.dataSource = setup.dataSource();
        this.codec = codec;
        this.answers = answers;
        this.onCommit = setup.onCommit();
        this.queueWait = settings.queueWait();
        this.queue = new BatchQueue<>(settings.queueCapacity(), PendingWrite::size);
        this.workers = Workers.start(
                "lull-journal-write",
                settings.writers(),
                worker -> queue.next(worker, settings.batchRows()),
                this::write);
    }

    /** All of one persistence id. Never waits: a full queue fails the call. */
    Future<Seq<Try<BoxedUnit>>> write(Seq<AtomicWrite> writes) {
        Promise<Seq<Try<BoxedUnit>>> promise = Futures.promise();
        write(writes, new PendingWrite.Answer() {
            @Override
            public void results(Seq<Try<BoxedUnit>> results) {
                promise.success(results);
            }

            @Override
            public void failed(Throwable cause) {
                promise.failure(cause);
            }
        });
        return promise.future();
    }

    void write(Seq<AtomicWrite> writes, PendingWrite.Answer answer) {
        var call = new PendingWrite(writes, answer);
        underWay.put(call.persistenceId(), call);
        call.whenAnswered(() -> underWay.remove(call.persistenceId(), call));
        var offer = queue.offer(call);
        if (offer != Offer.TAKEN) {
            call.fail(JournalFailure.notTaken(offer));
        }
    }

    /** The latest write of a history that has not been answered. */
    Optional<PendingWrite> underWay(String persistenceId) {
        return Optional.ofNullable(underWay.get(persistenceId));
    }

    /** Finishes what is queued, if that is done in time; the rest fails. */
    void close(Duration atMost) {
        queue.close();
        if (!workers.join(atMost)) {
            queue.drain().forEach(call -> call.fail(JournalFailure.notTaken(Offer.CLOSED)));
        }
    }

    private void write(List<PendingWrite> calls) {
        try {
            store(encode(calls));
        } catch (Throwable e) {
            calls.forEach(call -> call.fail(JournalFailure.of(e)));
            throw e;
        }
    }

    private List<Encoded> encode(List<PendingWrite> calls) {
        var batch = new ArrayList<Encoded>(calls.size());
        for (var call : calls) {
            if (call.waitedMillis() > queueWait.toMillis()) {
                call.fail(JournalFailure.tooLate(call.waitedMillis()));
                continue;
            }
            var encoded = call.encode(codec);
            if (encoded.writes().isEmpty()) {
                encoded.stored();
            } else {
                batch.add(encoded);
            }
        }
        // Every node inserts in the same order, so that two which meet in several histories can't wait for each other.
        batch.sort(Comparator.comparing(Encoded::persistenceId));
        return batch;
    }

    private void store(List<Encoded> batch) {
        if (batch.isEmpty()) {
            return;
        }
        Connection connection;
        try {
            connection = dataSource.getConnection();
        } catch (SQLException e) {
            // Those that wait would only wait as long again, one batch after the other.
            var waiting = queue.drain();
            log.warn("No connection, {} writes fail: {}", batch.size() + waiting.size(), e.getMessage());
            var failure = JournalFailure.notReachable(e);
            batch.forEach(encoded -> encoded.call().fail(failure));
            waiting.forEach(call -> call.fail(failure));
            return;
        }
        try (connection) {
            if (batch.size() == 1) {
                storeAlone(connection, batch.get(0));
            } else {
                storeTogether(connection, batch);
            }
        } catch (SQLException e) {
            log.warn("A batch of {} writes failed: {}", batch.size(), e.getMessage());
            var failure = JournalFailure.of(e);
            batch.forEach(encoded -> encoded.call().fail(failure));
        }
    }

    private void storeTogether(Connection connection, List<Encoded> batch) throws SQLException {
        var rest = batch;
        for (int attempt = 0; attempt < SHARED_ATTEMPTS && !rest.isEmpty(); attempt++) {
            var rows = new ArrayList<StoredEvent>(rest.size());
            rest.forEach(encoded -> rows.addAll(encoded.rows()));
            try {
                JournalSql.insert(connection, rows);
                committed(rest);
                return;
            } catch (SQLException e) {
                if (!isOfSomeRow(e)) {
                    throw e;
                }
                var left = withoutLosers(rest, JournalSql.existing(connection, rows), e);
                if (left.size() == rest.size()) {
                    break;
                }
                rest = left;
            }
        }
        for (var encoded : rest) {
            storeAlone(connection, encoded);
        }
    }

    /** Fails the calls that hold a stored key, and answers the others. */
    private static List<Encoded> withoutLosers(List<Encoded> batch, Set<EventKey> stored, SQLException cause) {
        var left = new ArrayList<Encoded>(batch.size());
        for (var encoded : batch) {
            var lost = encoded.rows().stream()
                    .anyMatch(row -> stored.contains(new EventKey(row.persistenceId(), row.sequenceNumber())));
            if (lost) {
                lost(encoded, cause);
            } else {
                left.add(encoded);
            }
        }
        return left;
    }

    /** One call, in as few statements as its size allows: an atomic write is never divided. */
    private void storeAlone(Connection connection, Encoded encoded) throws SQLException {
        try {
            for (var statement : statements(encoded)) {
                JournalSql.insert(connection, statement);
            }
            committed(List.of(encoded));
        } catch (SQLException e) {
            if (!isOfSomeRow(e)) {
                throw e;
            }
            if (isDuplicate(e)) {
                lost(encoded, e);
            } else {
                log.warn("{} can't be stored: {}", encoded.persistenceId(), e.getMessage());
                encoded.call().fail(JournalFailure.of(e));
            }
        }
    }

    private static List<List<StoredEvent>> statements(Encoded encoded) {
        var statements = new ArrayList<List<StoredEvent>>();
        for (var write : encoded.writes()) {
            var last = statements.isEmpty() ? null : statements.get(statements.size() - 1);
            if (last != null && last.size() + write.size() <= JournalSql.MOST_ROWS) {
                last.addAll(write);
            } else {
                statements.add(new ArrayList<>(write));
            }
        }
        return statements;
    }

    private void committed(List<Encoded> batch) {
        answers.execute(() -> batch.forEach(Encoded::stored));
        try {
            onCommit.run();
        } catch (RuntimeException e) {
            log.warn("Nobody could be told of a commit", e);
        }
    }

    private static void lost(Encoded encoded, SQLException cause) {
        log.warn("{} has a second writer, which was first", encoded.persistenceId());
        encoded.alreadyWritten(cause);
    }

    /** Whether a row is the cause, and not the database: bad data, a violated constraint, a key too long for its index. */
    private static boolean isOfSomeRow(SQLException e) {
        var state = e.getSQLState() == null ? "" : e.getSQLState();
        return state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
    }

    private static boolean isDuplicate(SQLException e) {
        return "23505".equals(e.getSQLState());
    }
}

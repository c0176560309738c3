package lull.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import lull.journal.BatchQueue.Offer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads histories: all reads that come together while a query is under way share the next one. */
final class JournalReader {

    private static final Logger log = LoggerFactory.getLogger(JournalReader.class);

    private final DataSource dataSource;
    private final BatchQueue<ReadRequest> queue;
    private final Workers workers;
    private final Executor replies;

    /** @param replies answers are given by its threads, so that the next query does not wait for that */
    JournalReader(JournalSetup setup, JournalSettings settings, Executor replies) {
        this.replies = replies;
        this.dataSource = setup.dataSource();
        this.queue = new BatchQueue<>(settings.readCapacity(), request -> 1);
        this.workers = Workers.start(
                "lull-journal-read",
                settings.readers(),
                worker -> queue.next(worker, settings.recoveryIds()),
                this::answer);
    }

    /** Never waits: a full queue fails the read. */
    void read(ReadRequest request) {
        var offer = queue.offer(request);
        if (offer != Offer.TAKEN) {
            request.reply().failed(JournalFailure.notTaken(offer));
        }
    }

    /** Reads are worth nothing any more: what is queued fails. */
    void close(Duration atMost) {
        queue.close();
        fail(queue.drain(), JournalFailure.notTaken(Offer.CLOSED));
        workers.join(atMost);
    }

    private void answer(List<ReadRequest> requests) {
        Connection connection;
        try {
            connection = dataSource.getConnection();
        } catch (SQLException e) {
            // Those that wait would only wait as long again, one batch after the other.
            var waiting = queue.drain();
            log.warn("No connection, {} reads fail: {}", requests.size() + waiting.size(), e.getMessage());
            fail(requests, JournalFailure.notReachable(e));
            fail(waiting, JournalFailure.notReachable(e));
            return;
        } catch (RuntimeException | Error e) {
            fail(requests, e);
            throw e;
        }

        List<ReadAnswer> answers;
        try (connection) {
            answers = JournalSql.read(connection, requests);
        } catch (SQLException e) {
            log.warn("A query for {} histories failed: {}", requests.size(), e.getMessage());
            fail(requests, JournalFailure.of(e));
            return;
        } catch (RuntimeException | Error e) {
            fail(requests, e);
            throw e;
        }
        replies.execute(() -> {
            for (int n = 0; n < requests.size(); n++) {
                requests.get(n).reply().answered(answers.get(n));
            }
        });
    }

    private static void fail(List<ReadRequest> requests, Throwable cause) {
        requests.forEach(request -> request.reply().failed(cause));
    }
}

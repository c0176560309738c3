package lull.journal;

import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import scala.collection.immutable.Seq;
import scala.concurrent.Await;
import scala.concurrent.Future;
import scala.concurrent.duration.Duration;
import scala.jdk.javaapi.CollectionConverters;
import scala.util.Try;

/** What the tests write, and what they find in the table. */
final class Events {

    private Events() {}

    static Seq<AtomicWrite> call(AtomicWrite... writes) {
        return CollectionConverters.asScala(Arrays.asList(writes)).toList();
    }

    /** One atomic write of the events from a sequence number to another. */
    static AtomicWrite write(String id, long from, long to) {
        var events = LongStream.rangeClosed(from, to)
                .mapToObj(n -> event(id, n, id + "-" + n))
                .toList();
        return AtomicWrite.apply(CollectionConverters.asScala(events).toList());
    }

    static AtomicWrite write(String id, long sequenceNumber) {
        return write(id, sequenceNumber, sequenceNumber);
    }

    static AtomicWrite write(PersistentRepr event) {
        return AtomicWrite.apply(event);
    }

    static PersistentRepr event(String id, long sequenceNumber, Object payload) {
        return PersistentRepr.apply(payload, sequenceNumber, id, "", false, null, "writer");
    }

    /** Every row as {@code id-number}, by position. */
    static List<String> stored(DataSource database) {
        return texts(database, "select persistence_id || '-' || sequence_number from event_journal order by ordering");
    }

    static List<String> texts(DataSource database, String query) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var result = statement.executeQuery(query)) {
            var texts = new ArrayList<String>();
            while (result.next()) {
                texts.add(result.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    static long number(DataSource database, String query) {
        return Long.parseLong(texts(database, query).get(0));
    }

    static <T> T result(Future<T> answer) {
        return outcome(answer).get();
    }

    static <T> Try<T> outcome(Future<T> answer) {
        try {
            Await.ready(answer, Duration.apply(10, "s"));
            return answer.value().get();
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("no answer", e);
        }
    }

    static void run(DataSource database, String sql) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}

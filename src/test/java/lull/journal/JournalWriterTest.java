package lull.journal;

import static lull.journal.Events.call;
import static lull.journal.Events.event;
import static lull.journal.Events.stored;
import static lull.journal.Events.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.persistence.journal.Tagged;
import akka.serialization.SerializationExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.Seq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;
import scala.util.Try;

class JournalWriterTest extends JournalDatabase {

    private static final String BLOCKED =
            "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";

    private final List<JournalWriter> writers = new ArrayList<>();
    private final AtomicInteger commits = new AtomicInteger();

    @AfterEach
    void close() {
        watched.release();
        writers.forEach(writer -> writer.close(Duration.ofSeconds(5)));
    }

    @Test
    void puts_what_comes_together_into_one_statement_and_tells_of_the_commit_once() {
        var writer = plugged(watched);

        var answers = writeAll(writer, ids("a", 100));
        watched.release();

        answers.forEach(JournalWriterTest::assertStored);
        assertThat(watched.statements()).isEqualTo(2);
        assertThat(commits).hasValue(2);
        assertThat(stored(database)).hasSize(101).doesNotHaveDuplicates();
    }

    @Test
    void fails_only_the_loser_when_two_writers_meet_in_one_history() {
        var other = new WatchedDatabase(database);
        var here = plugged(watched);
        var there = plugged(other);

        var hereContested = here.write(call(write("contested", 1)));
        var hereOthers = writeAll(here, ids("here", 40));
        var thereOthers = writeAll(there, ids("there", 40));
        var thereContested = there.write(call(write("contested", 1)));
        watched.release();
        other.release();

        Stream.concat(hereOthers.stream(), thereOthers.stream()).forEach(JournalWriterTest::assertStored);
        var lost = Stream.of(hereContested, thereContested)
                .map(JournalWriterTest::failure)
                .filter(failure -> failure != null)
                .toList();
        assertThat(lost)
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .isInstanceOf(JournalFailure.class)
                        .hasMessageContaining("contested")
                        .hasMessageContaining("another writer was first"));
        var expected = Stream.of(ids("here", 40), ids("there", 40), List.of("contested"))
                .flatMap(List::stream)
                .map(id -> id + "-1");
        assertThat(stored(database))
                .containsAll(expected.toList())
                .doesNotHaveDuplicates()
                .hasSize(81 + 2);
    }

    @Test
    void two_writers_that_meet_in_many_histories_never_wait_for_each_other_in_a_circle() throws Exception {
        var ids = ids("both", 60);
        var backwards = new ArrayList<>(ids);
        Collections.reverse(backwards);
        var second = new WatchedDatabase(database);
        var here = plugged(watched);
        var there = plugged(second);
        var hereAnswers = writeAll(here, ids);
        var thereAnswers = writeAll(there, backwards);

        try (var inTheMiddle = database.getConnection()) {
            inTheMiddle.setAutoCommit(false);
            inTheMiddle
                    .createStatement()
                    .execute("insert into event_journal (persistence_id, sequence_number, writer, event_ser_id, "
                            + "event_ser_manifest, event_payload) values ('both30', 1, '', 1, '', '')");
            watched.release();
            second.release();
            await().until(() -> Events.texts(database, BLOCKED).size() == 2);
            inTheMiddle.rollback();
        }

        var failures = Stream.concat(hereAnswers.stream(), thereAnswers.stream())
                .map(JournalWriterTest::failure)
                .filter(failure -> failure != null)
                .map(Throwable::getMessage)
                .toList();
        assertThat(failures)
                .hasSize(60)
                .allSatisfy(message -> assertThat(message).contains("another writer"));
        assertThat(stored(database)).hasSize(60 + 2);
    }

    @Test
    void never_stores_a_part_of_an_atomic_write() {
        assertStored(writer(watched).write(call(write("a", 3))));
        var writer = plugged(watched);

        var loser = writer.write(call(write("a", 1, 3)));
        var bystander = writer.write(call(write("b", 1, 3)));
        watched.release();

        assertThat(failure(loser)).hasMessageContaining("a has an event with a sequence number of 1 to 3 already");
        assertStored(bystander);
        assertThat(stored(database)).contains("a-3", "b-1", "b-2", "b-3").doesNotContain("a-1", "a-2");
    }

    @Test
    void stores_one_of_two_calls_with_the_same_key_in_one_batch() {
        var writer = plugged(watched);

        var answers = writeAll(writer, List.of("twice", "other", "twice"));
        watched.release();

        assertStored(answers.get(1));
        assertThat(Stream.of(answers.get(0), answers.get(2)).filter(answer -> failure(answer) == null))
                .hasSize(1);
        assertThat(stored(database)).containsOnlyOnce("twice-1");
    }

    @Test
    void fails_only_the_call_whose_data_the_database_refuses() {
        var writer = plugged(watched);

        var good = writeAll(writer, ids("good", 20));
        var bad = writer.write(call(write(event("bad", 1, "x").withManifest("nul \0"))));
        watched.release();

        good.forEach(JournalWriterTest::assertStored);
        assertThat(failure(bad)).isInstanceOf(JournalFailure.class).hasMessageStartingWith("Not done");
    }

    @Test
    void rejects_only_the_atomic_write_that_has_no_serializer() {
        var writer = writer(watched);

        var answer = writer.write(call(write("a", 1), write(event("a", 2, new Object())), write("a", 3)));

        var results = CollectionConverters.asJava(result(answer));
        assertThat(results).extracting(Try::isSuccess).containsExactly(true, false, true);
        assertThat(stored(database)).containsExactly("a-1", "a-3");
    }

    @Test
    void rejects_an_atomic_write_that_no_statement_can_hold() {
        var writer = writer(watched);

        var answer = writer.write(call(write("a", 1, 4096), write("a", 4097, 8193)));

        var results = CollectionConverters.asJava(result(answer));
        assertThat(results).extracting(Try::isSuccess).containsExactly(true, false);
        assertThat(stored(database)).hasSize(4096);
    }

    @Test
    void stores_a_call_of_many_atomic_writes_in_as_many_statements_as_it_needs() {
        var writer = writer(watched);

        assertStored(writer.write(call(write("a", 1, 2000), write("a", 2001, 4000), write("a", 4001, 6000))));

        assertThat(watched.statements()).isEqualTo(2);
        assertThat(stored(database))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 6000).mapToObj(n -> "a-" + n).toList());
    }

    @Test
    void stores_a_tagged_event_without_its_tags() {
        assertStored(writer(watched).write(call(write(event("a", 1, new Tagged("payload", Set.of("tag")))))));

        assertThat(Events.texts(database, "select convert_from(event_payload, 'UTF8') from event_journal"))
                .containsExactly("payload");
    }

    @Test
    void fails_at_once_when_the_queue_is_full() {
        var writer = plugged(watched, "lull.journal.queue-capacity = 3");

        var taken = writeAll(writer, ids("taken", 3));
        var refused = writer.write(call(write("refused", 1)));

        assertThat(refused.isCompleted()).isTrue();
        assertThat(failure(refused)).hasMessageContaining("queue is full");
        watched.release();
        taken.forEach(JournalWriterTest::assertStored);
    }

    @Test
    void fails_everything_that_waits_when_there_is_no_connection_and_goes_on_when_there_is_one() {
        var writer = plugged(watched);
        var waiting = writeAll(writer, ids("waiting", 1000));

        watched.down(true);
        watched.release();

        waiting.forEach(answer -> assertThat(failure(answer)).hasMessageContaining("no connection to the database"));
        assertThat(watched.attempts()).isEqualTo(1);
        assertThat(stored(database)).isEmpty();

        watched.down(false);
        assertStored(writer.write(call(write("a", 1))));
    }

    @Test
    void fails_a_batch_at_once_when_the_server_ends_its_connection() throws Exception {
        var writer = writer(watched);
        Future<Seq<Try<BoxedUnit>>> answer;
        try (var lock = database.getConnection()) {
            lock.setAutoCommit(false);
            lock.createStatement().execute("lock table event_journal in exclusive mode");
            answer = writer.write(call(write("a", 1)));
            await().until(() -> !Events.texts(database, BLOCKED).isEmpty());

            Events.run(database, "select pg_terminate_backend(pid) from (" + BLOCKED + ") b");

            assertThat(failure(answer)).hasMessageStartingWith("Outcome unknown");
            lock.rollback();
        }
        assertStored(writer.write(call(write("a", 1))));
    }

    @Test
    void another_writer_helps_while_the_first_stands_still() {
        var writer = writer(watched, "lull.journal.writers = 2");
        watched.hold();
        var first = writer.write(call(write("first", 1)));
        await().until(() -> watched.held() == 1);

        var second = writer.write(call(write("second", 1)));

        await().until(() -> watched.held() == 2);
        watched.release();
        assertStored(first);
        assertStored(second);
    }

    @Test
    void does_not_write_what_has_waited_too_long() {
        var writer = plugged(watched, "lull.journal.queue-wait = 50 ms");
        var late = writer.write(call(write("late", 1)));

        await().pollDelay(Duration.ofMillis(60)).until(() -> true);
        watched.release();

        assertThat(failure(late)).hasMessageContaining("in the journal's queue");
        assertStored(writer.write(call(write("next", 1))));
        assertThat(stored(database)).contains("next-1").doesNotContain("late-1");
    }

    @Test
    void writes_what_is_queued_before_it_closes() {
        var writer = plugged(watched);
        var queued = writeAll(writer, ids("queued", 50));
        var closing = new Thread(() -> writer.close(Duration.ofSeconds(10)));

        closing.start();
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        watched.release();

        queued.forEach(JournalWriterTest::assertStored);
        await().until(() -> !closing.isAlive());
        assertThat(failure(writer.write(call(write("after", 1))))).hasMessageContaining("closed");
    }

    @Test
    void refuses_settings_that_make_no_sense() {
        assertThatThrownBy(() -> JournalSettings.of(TestSystem.config("lull.journal.batch-rows = 5000")))
                .hasMessage("lull.journal.batch-rows is 5000, it must be 1 to 4096");
    }

    private JournalWriter writer(WatchedDatabase on, String... overrides) {
        var writer = new JournalWriter(
                new JournalSetup(on.dataSource(), commits::incrementAndGet),
                new EventCodec(SerializationExtension.get(system)),
                JournalSettings.of(TestSystem.config(overrides)),
                Runnable::run);
        writers.add(writer);
        return writer;
    }

    /** A writer whose only thread waits for a connection with one write in hand: what comes now is one batch. */
    private JournalWriter plugged(WatchedDatabase on, String... overrides) {
        var all = Stream.concat(Stream.of("lull.journal.writers = 1"), Stream.of(overrides));
        var writer = writer(on, all.toArray(String[]::new));
        on.hold();
        writer.write(call(write("plug-" + writers.size(), 1)));
        await().until(() -> on.held() == 1);
        return writer;
    }

    private static List<Future<Seq<Try<BoxedUnit>>>> writeAll(JournalWriter writer, List<String> ids) {
        return ids.stream().map(id -> writer.write(call(write(id, 1)))).toList();
    }

    private static List<String> ids(String prefix, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(n -> prefix + n).toList();
    }

    private static void assertStored(Future<Seq<Try<BoxedUnit>>> answer) {
        assertThat(CollectionConverters.asJava(result(answer))).isNotEmpty().allMatch(Try::isSuccess);
    }

    private static Seq<Try<BoxedUnit>> result(Future<Seq<Try<BoxedUnit>>> answer) {
        return Events.outcome(answer).get();
    }

    /** Null if there is none. */
    private static Throwable failure(Future<?> answer) {
        var outcome = Events.outcome(answer);
        return outcome.isFailure() ? outcome.failed().get() : null;
    }
}

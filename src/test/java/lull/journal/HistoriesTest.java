package lull.journal;

import static lull.journal.Events.call;
import static lull.journal.Events.event;
import static lull.journal.Events.result;
import static lull.journal.Events.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.NotUsed;
import akka.actor.ActorSystem;
import akka.persistence.PersistentRepr;
import akka.serialization.SerializationExtension;
import akka.serialization.SerializerWithStringManifest;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.stream.testkit.javadsl.TestSink;
import akka.testkit.javadsl.TestKit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;
import scala.util.Try;

class HistoriesTest extends JournalDatabase {

    private static final int PAGE = 1000;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        watched.release();
        for (var each : opened) {
            each.close();
        }
    }

    @Test
    void recovers_many_entities_with_one_query() {
        var ids = IntStream.rangeClosed(1, 200).mapToObj(n -> "id" + n).toList();
        ids.forEach(id -> store(id, 1, 3));
        var histories = histories("lull.journal.readers = 1");
        watched.hold();
        var plug = histories.highest("plug", 0);
        await().until(() -> watched.held() == 1);

        var highest = ids.stream().map(id -> histories.highest(id, 0)).toList();
        watched.release();

        assertThat(result(plug)).isEqualTo(0L);
        assertThat(highest).allSatisfy(answer -> assertThat(result(answer)).isEqualTo(3L));
        assertThat(watched.statements()).isEqualTo(2);
        assertThat(ids)
                .allSatisfy(id ->
                        assertThat(numbers(histories.events(id, 1, 3, PAGE))).containsExactly(1L, 2L, 3L));
        assertThat(watched.statements()).as("the first read brought the events").isEqualTo(2);
    }

    @Test
    void reads_the_events_when_nothing_was_handed_over() {
        store("a", 1, 5);
        var histories = histories();

        assertThat(numbers(histories.events("a", 2, 4, PAGE))).containsExactly(2L, 3L, 4L);
        assertThat(numbers(histories.events("unknown", 1, Long.MAX_VALUE, PAGE)))
                .isEmpty();
        assertThat(numbers(histories.events("a", 5, 4, PAGE))).isEmpty();
    }

    @Test
    void gives_out_what_is_wanted_whatever_the_first_read_brought() {
        store("a", 1, 5);
        var histories = histories();

        result(histories.highest("a", 0));
        assertThat(numbers(histories.events("a", 2, 4, PAGE))).containsExactly(2L, 3L, 4L);
        result(histories.highest("a", 3));
        assertThat(numbers(histories.events("a", 2, 5, PAGE))).containsExactly(2L, 3L, 4L, 5L);
        result(histories.highest("a", 0));
        store("a", 6, 7);
        assertThat(numbers(histories.events("a", 1, Long.MAX_VALUE, PAGE))).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(numbers(histories.events("a", 1, 7, PAGE)))
                .as("a second time")
                .hasSize(7);
    }

    @Test
    void replaces_a_first_read_that_nobody_asked_for() {
        store("a", 1, 2);
        var histories = histories();
        result(histories.highest("a", 0));
        Events.run(database, "delete from event_journal");

        assertThat(result(histories.highest("a", 0))).isEqualTo(0L);
        assertThat(numbers(histories.events("a", 1, 2, PAGE))).isEmpty();
    }

    @Test
    void goes_on_in_pages_without_holding_a_connection_for_a_slow_consumer() {
        store("long", 1, 4000);
        store("long", 4001, 5000);
        var histories = histories("lull.journal.recovery-rows = 256");

        assertThat(result(histories.highest("long", 0))).isEqualTo(5000L);
        var consumer = histories
                .events("long", 1, 5000, PAGE)
                .map(event -> event.get()._1().sequenceNr())
                .runWith(TestSink.create(system), system);
        var read = new ArrayList<Long>(
                CollectionConverters.asJava(consumer.request(300).expectNextN(300)));

        assertThat(watched.statements()).as("no page ahead of its need").isEqualTo(2);
        await().until(() -> watched.open() == 0);

        read.addAll(CollectionConverters.asJava(consumer.request(4701).expectNextN(4700)));
        consumer.expectComplete();
        assertThat(read)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 5000).boxed().toList());
        assertThat(watched.statements()).isEqualTo(1 + 5);
    }

    @Test
    void counts_deleted_events_for_the_highest_number_and_never_replays_them() {
        store("a", 1, 5);
        var journal = JournalAccess.get(system);
        result(journal.highest("a", 0));

        result(journal.delete("a", 3));
        assertThat(result(journal.highest("a", 0))).isEqualTo(5L);
        assertThat(numbers(journal.events("a", 1, 5, PAGE))).containsExactly(4L, 5L);

        result(journal.delete("a", Long.MAX_VALUE));
        assertThat(result(journal.highest("a", 0))).isEqualTo(5L);
        assertThat(numbers(journal.events("a", 1, 5, PAGE))).isEmpty();
        assertThat(Events.stored(database)).containsExactly("a-5");

        result(journal.delete("a", 2));
        assertThat(result(journal.highest("a", 0))).isEqualTo(5L);
    }

    @Test
    void replays_nothing_that_was_deleted_after_the_first_read() {
        store("a", 1, 5);
        var journal = JournalAccess.get(system);

        result(journal.highest("a", 0));
        result(journal.delete("a", 3));

        assertThat(numbers(journal.events("a", 1, 5, PAGE))).containsExactly(4L, 5L);
    }

    @Test
    void fails_every_read_that_waits_when_there_is_no_connection() {
        store("a", 1, 1);
        var histories = histories("lull.journal.readers = 1");
        watched.hold();
        histories.highest("plug", 0);
        await().until(() -> watched.held() == 1);
        var waiting = IntStream.range(0, 500)
                .mapToObj(n -> histories.highest("id" + n, 0))
                .toList();

        watched.down(true);
        watched.release();

        assertThat(waiting)
                .allSatisfy(answer -> assertThat(Events.outcome(answer).failed().get())
                        .hasMessageContaining("no connection to the database"));
        assertThat(watched.attempts()).isEqualTo(1);
        watched.down(false);
        assertThat(result(histories.highest("a", 0))).isEqualTo(1L);
    }

    @Test
    void hands_over_no_more_than_fits() {
        var handover = new Handover(100, Duration.ofSeconds(1).toNanos());

        handover.put("old", firstRead(60, 0));
        handover.put("new", firstRead(60, 1));
        handover.put("huge", firstRead(101, 2));

        assertThat(handover.take("old", 1, 3)).isEmpty();
        assertThat(handover.take("huge", 1, 3)).isEmpty();
        assertThat(handover.take("new", 1, 3)).isPresent();
        assertThat(handover.take("new", 1, 3)).as("given away").isEmpty();
    }

    @Test
    void hands_over_nothing_that_is_old() {
        var handover = new Handover(100, Duration.ofSeconds(1).toNanos());

        handover.put("a", firstRead(60, 0));
        handover.put("b", firstRead(1, 0));

        assertThat(handover.take("a", 1, Duration.ofSeconds(1).toNanos())).isPresent();
        assertThat(handover.take("b", 1, Duration.ofSeconds(1).toNanos() + 1)).isEmpty();
    }

    @Test
    void reads_an_event_with_the_serializer_that_wrote_it() throws Exception {
        var oldBinding = TestSystem.start(database, serializers("old"));
        try {
            result(JournalAccess.get(oldBinding).write(call(write(event("a", 1, new Fact("stored by the old one"))))));
        } finally {
            TestKit.shutdownActorSystem(oldBinding);
        }

        var newBinding = TestSystem.start(database, serializers("new"));
        try {
            var journal = JournalAccess.get(newBinding);
            result(journal.write(call(write(event("a", 2, new Fact("stored by the new one"))))));

            assertThat(events(journal.events("a", 1, 2, PAGE), newBinding))
                    .extracting(PersistentRepr::payload)
                    .containsExactly(new Fact("old: stored by the old one"), new Fact("new: stored by the new one"));
            assertThat(Events.texts(
                            database, "select event_ser_id || event_ser_manifest from event_journal order by 1"))
                    .containsExactly("9001fact-old", "9002fact-new");
        } finally {
            TestKit.shutdownActorSystem(newBinding);
        }
    }

    @Test
    void keeps_manifest_writer_time_and_metadata() throws Exception {
        var written = event("a", 1, "payload")
                .withManifest("adapted")
                .withTimestamp(1234)
                .withMetadata("metadata");
        var journal = JournalAccess.get(system);

        result(journal.write(call(write(written))));

        assertThat(events(journal.events("a", 1, 1, PAGE), system)).containsExactly(written);
    }

    @Test
    void its_threads_end_with_the_actor_system() {
        var other = TestSystem.start(database, "lull.journal { writers = 5, readers = 5 }");
        result(JournalAccess.get(other).highest("a", 0));
        assertThat(journalThreads()).anyMatch(name -> name.equals("lull-journal-write-5"));

        TestKit.shutdownActorSystem(other);

        assertThat(journalThreads()).noneMatch(name -> name.endsWith("-5"));
    }

    private static List<String> journalThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("lull-journal"))
                .toList();
    }

    private static void store(String id, long from, long to) {
        result(JournalAccess.get(system).write(call(write(id, from, to))));
    }

    private Histories histories(String... overrides) {
        var settings = JournalSettings.of(TestSystem.config(overrides));
        var reader = new JournalReader(new JournalSetup(watched.dataSource(), () -> {}), settings, Runnable::run);
        opened.add(() -> reader.close(Duration.ofSeconds(5)));
        return new Histories(reader, new EventCodec(SerializationExtension.get(system)), settings);
    }

    private static List<Long> numbers(Source<Try<Tuple2<PersistentRepr, Object>>, NotUsed> source) {
        try {
            return events(source, system).stream()
                    .map(PersistentRepr::sequenceNr)
                    .toList();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static List<PersistentRepr> events(
            Source<Try<Tuple2<PersistentRepr, Object>>, NotUsed> source, ActorSystem in)
            throws ExecutionException, InterruptedException {
        return source.map(event -> event.get()._1())
                .runWith(Sink.seq(), in)
                .toCompletableFuture()
                .get();
    }

    private static Handover.FirstRead firstRead(int bytes, long at) {
        var event =
                new StoredEvent(1, "id", 1, "writer", 0, "", new StoredEvent.Serialized(1, "", new byte[bytes]), null);
        return new Handover.FirstRead(1, new ReadAnswer(1, List.of(event)), true, at);
    }

    private static String serializers(String bound) {
        return """
                akka.actor {
                  serializers { old = "%1$s$OldFacts", new = "%1$s$NewFacts" }
                  serialization-bindings { "%1$s$Fact" = %2$s }
                }
                """.formatted(HistoriesTest.class.getName(), bound);
    }

    public record Fact(String text) {}

    private abstract static class Facts extends SerializerWithStringManifest {

        private final int id;
        private final String name;

        Facts(int id, String name) {
            this.id = id;
            this.name = name;
        }

        @Override
        public int identifier() {
            return id;
        }

        @Override
        public String manifest(Object fact) {
            return "fact-" + name;
        }

        @Override
        public byte[] toBinary(Object fact) {
            return ((Fact) fact).text().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Object fromBinary(byte[] bytes, String manifest) {
            assertThat(manifest).isEqualTo("fact-" + name);
            return new Fact(name + ": " + new String(bytes, StandardCharsets.UTF_8));
        }
    }

    public static final class OldFacts extends Facts {
        public OldFacts() {
            super(9001, "old");
        }
    }

    public static final class NewFacts extends Facts {
        public NewFacts() {
            super(9002, "new");
        }
    }
}

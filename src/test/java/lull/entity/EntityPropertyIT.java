package lull.entity;

import static lull.model.Differences.mustBeEqual;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import com.typesafe.config.ConfigFactory;
import java.time.Instant;
import java.util.Random;
import java.util.function.Consumer;
import lull.model.ForEachStream;
import lull.model.MessageStream;
import lull.model.SlowModel;
import lull.model.Subject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Through the real actors, with their stored events and their recoveries, a history is the one that the slow model computes. */
class EntityPropertyIT {

    private static final int STREAMS = 2_000;

    private static final ActorTestKit testKit = ActorTestKit.create(ConfigFactory.parseResources("serialization.conf")
            .withFallback(PersistenceTestKitPlugin.config())
            .withFallback(ConfigFactory.load("reference")));

    @AfterAll
    static void shut_down() {
        testKit.shutdownTestKit();
    }

    private static void start(MessageStream stream, Consumer<Subject> trial) {
        EntitySubject subject = new EntitySubject(testKit, stream);
        try {
            trial.accept(subject);
        } finally {
            subject.close();
        }
    }

    @Test
    void a_history_is_the_same_at_whatever_moments_time_is_moved() {
        ForEachStream.of(
                STREAMS,
                stream -> start(stream, subject -> {
                    var random = new Random(stream.seed());

                    for (int i = 0; i < stream.lines().size(); i++) {
                        if (random.nextInt(3) == 0) {
                            Instant limit = stream.timeMayRunTo(i);
                            subject.advance(
                                    random.nextBoolean() || limit.equals(Instant.MAX) ? limit : limit.minusNanos(1));
                        }
                        subject.send(stream.lines().get(i));
                    }

                    mustEndAsTheModelDoes(subject, stream);
                }));
    }

    @Test
    void a_history_is_the_same_if_every_line_is_sent_twice() {
        ForEachStream.of(
                STREAMS,
                stream -> start(stream, subject -> {
                    stream.lines().forEach(it -> {
                        subject.send(it);
                        if (it.messageId().isPresent()) {
                            subject.send(it);
                        }
                    });

                    mustEndAsTheModelDoes(subject, stream);
                }));
    }

    private static void mustEndAsTheModelDoes(Subject subject, MessageStream stream) {
        subject.advance(stream.horizon());
        var expected = SlowModel.run(stream.lines(), stream.limits(), stream.horizon());
        mustBeEqual("transitions", expected.transitions(), subject.history());
    }
}

package lull.entity;

import static lull.model.Differences.mustBeEqual;

import java.time.Instant;
import java.util.Random;
import lull.domain.DomainSubject;
import lull.model.ForEachStream;
import lull.model.MessageStream;
import lull.model.SlowModel;
import lull.model.Subject;
import org.junit.jupiter.api.Test;

/** Whatever stands around the domain, a history is the one that the slow model computes. */
class EntityPropertyIT {

    private static final int STREAMS = 2_000;

    private static Subject start(MessageStream stream) {
        return new DomainSubject(stream.limits());
    }

    @Test
    void a_history_is_the_same_at_whatever_moments_time_is_moved() {
        ForEachStream.of(STREAMS, stream -> {
            Subject subject = start(stream);
            var random = new Random(stream.seed());

            for (int i = 0; i < stream.lines().size(); i++) {
                if (random.nextInt(3) == 0) {
                    Instant limit = stream.timeMayRunTo(i);
                    subject.advance(random.nextBoolean() || limit.equals(Instant.MAX) ? limit : limit.minusNanos(1));
                }
                subject.send(stream.lines().get(i));
            }

            mustEndAsTheModelDoes(subject, stream);
        });
    }

    @Test
    void a_history_is_the_same_if_every_line_is_sent_twice() {
        ForEachStream.of(STREAMS, stream -> {
            Subject subject = start(stream);

            stream.lines().forEach(it -> {
                subject.send(it);
                if (it.messageId().isPresent()) {
                    subject.send(it);
                }
            });

            mustEndAsTheModelDoes(subject, stream);
        });
    }

    private static void mustEndAsTheModelDoes(Subject subject, MessageStream stream) {
        subject.advance(stream.horizon());
        var expected = SlowModel.run(stream.lines(), stream.limits(), stream.horizon());
        mustBeEqual("transitions", expected.transitions(), subject.history());
    }
}

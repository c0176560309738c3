package lull.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the rules alone cost, without actor, journal and network: an active conversation of ten messages, or of many. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ConversationBenchmark {

    private static final Instant START = Instant.parse("2026-01-05T08:00:00Z");
    private static final Instant SOON = START.plusSeconds(60);
    private static final Instant LATE = SOON.plus(Duration.ofMinutes(15));

    private Conversation active;
    private Conversation full;
    private Request next;
    private Request repeated;
    private ConversationEvent recorded;
    private ConversationEvent idle;
    private List<ConversationEvent> history;

    @Setup
    public void talk() {
        active = Conversation.NEW;
        for (int i = 0; i < 10; i++) {
            active = after(active, message("m" + i, START.plusSeconds(i)));
        }
        full = active;
        for (int i = 10; i < 100; i++) {
            full = after(full, message("m" + i, START.plusSeconds(i / 10 + 10)));
        }
        next = message("next", SOON);
        repeated = message("m9", SOON);
        history = Conversation.NEW
                .decide(message("m0", START), Policy.DEFAULT, START)
                .events();
        recorded = active.decide(next, Policy.DEFAULT, SOON).events().get(0);
        idle = active.advance(LATE, LATE).get(0);
    }

    private static Request message(String id, Instant at) {
        return new Request.Message(id, at, Direction.OUTBOUND, Optional.empty());
    }

    private static Conversation after(Conversation before, Request request) {
        return applyAll(
                before, before.decide(request, Policy.DEFAULT, request.at()).events());
    }

    private static Conversation applyAll(Conversation before, List<ConversationEvent> events) {
        Conversation current = before;
        for (ConversationEvent event : events) {
            current = current.apply(event);
        }
        return current;
    }

    @Benchmark
    public Conversation.Decision decideMessage() {
        return active.decide(next, Policy.DEFAULT, SOON);
    }

    @Benchmark
    public Conversation.Decision decideMessageOverdue() {
        return active.decide(message("late", LATE), Policy.DEFAULT, LATE);
    }

    @Benchmark
    public Conversation.Decision decideRepeatedMessage() {
        return active.decide(repeated, Policy.DEFAULT, SOON);
    }

    @Benchmark
    public Conversation applyMessage() {
        return active.apply(recorded);
    }

    /** The memory of requests is as long as it gets. */
    @Benchmark
    public Conversation applyMessageToFullMemory() {
        return full.apply(recorded);
    }

    @Benchmark
    public Conversation applyIdle() {
        return active.apply(idle);
    }

    @Benchmark
    public Conversation applyOpening() {
        return applyAll(Conversation.NEW, history);
    }

    @Benchmark
    public List<ConversationEvent> advanceNothingDue() {
        return active.advance(SOON, SOON);
    }

    @Benchmark
    public List<ConversationEvent> advanceToIdle() {
        return active.advance(LATE, LATE);
    }
}

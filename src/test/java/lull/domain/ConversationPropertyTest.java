package lull.domain;

import static lull.model.Differences.must;
import static lull.model.Differences.mustBeEqual;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import lull.domain.Conversation.Decision;
import lull.domain.Conversation.Live;
import lull.domain.ConversationEvent.Opened;
import lull.domain.ConversationEvent.Transition;
import lull.model.Answered;
import lull.model.ForEachStream;
import lull.model.Line;
import lull.model.MessageStream;
import lull.model.SlowModel;
import org.junit.jupiter.api.Test;

/** What holds for every stream, whatever its order, its policy, and the moments at which somebody looks. */
class ConversationPropertyTest {

    private static final int STREAMS = 5_000;

    private static final Set<String> LEGAL = Set.of(
            "none pending opened",
            "pending active reply",
            "active idle idle-timeout",
            "idle active reactivated",
            "pending expired pending-timeout",
            "idle expired idle-expired",
            "pending expired max-age",
            "active expired max-age",
            "idle expired max-age",
            "pending closed closed",
            "active closed closed",
            "idle closed closed",
            "pending failed failed",
            "active failed failed",
            "idle failed failed");

    @Test
    void a_history_is_the_one_that_the_slow_model_computes() {
        ForEachStream.of(STREAMS, stream -> {
            var expected = SlowModel.run(stream.lines(), stream.limits(), stream.horizon());
            var domain = new DomainSubject(stream.limits());

            List<Answered> answers = new ArrayList<>();
            stream.lines().forEach(it -> answers.add(DomainSubject.answered(domain.decide(it))));
            domain.advance(stream.horizon());

            mustBeEqual("transitions", expected.transitions(), domain.history());
            mustBeEqual("answers", expected.answers(), answers);
            mustBeEqual("ignored closings", expected.ignored(), domain.ignored());
        });
    }

    @Test
    void a_changed_setting_governs_later_sessions_only() {
        ForEachStream.of(STREAMS, stream -> {
            var expected = SlowModel.run(stream.lines(), stream::changingLimits, stream.horizon());
            var domain = new DomainSubject(stream::changingLimits);

            stream.lines().forEach(domain::send);
            domain.advance(stream.horizon());

            mustBeEqual("transitions", expected.transitions(), domain.history());
        });
    }

    @Test
    void a_history_is_the_same_at_whatever_moments_time_is_moved() {
        ForEachStream.of(STREAMS, stream -> {
            var undisturbed = new DomainSubject(stream.limits());
            var disturbed = new DomainSubject(stream.limits());
            var random = new Random(stream.seed());
            for (int i = 0; i < stream.lines().size(); i++) {
                tickAtRandom(disturbed, stream, i, random);
                Line line = stream.lines().get(i);
                Decision undisturbedly = undisturbed.decide(line);
                Decision decision = disturbed.decide(line);
                mustBeEqual(() -> "answer to " + line, undisturbedly.answer(), decision.answer());
            }
            tickAtRandom(disturbed, stream, stream.lines().size(), random);
            undisturbed.advance(stream.horizon());
            disturbed.advance(stream.horizon());

            stream.lines().stream().map(Line::conversation).distinct().forEach(it -> {
                mustBeEqual("events of " + it, undisturbed.timelessJournal(it), disturbed.timelessJournal(it));
                mustBeEqual(() -> "state of " + it, undisturbed.of(it), disturbed.of(it));
            });
        });
    }

    /** Moves time, but never past a line that is still to come: that is the scheduler's part of the bargain. */
    private static void tickAtRandom(DomainSubject subject, MessageStream stream, int next, Random random) {
        for (String conversation : subject.journal().keySet()) {
            if (random.nextInt(3) > 0) {
                Instant clock = subject.of(conversation).memory().clock();
                Instant limit = stream.timeMayRunTo(conversation, next);
                subject.advance(conversation, between(clock, limit, random));
            }
        }
    }

    private static Instant between(Instant earliest, Instant latest, Random random) {
        boolean exact = random.nextBoolean()
                || !earliest.isBefore(latest)
                || latest.equals(Instant.MAX)
                || earliest.equals(Instant.MIN);
        if (exact) {
            return latest;
        }
        long range = latest.getEpochSecond() - earliest.getEpochSecond();
        return range > 0
                ? earliest.plusSeconds(random.nextLong(range))
                : earliest.plusNanos(random.nextInt(latest.getNano() - earliest.getNano()));
    }

    @Test
    void the_events_alone_make_the_state_again() {
        ForEachStream.of(STREAMS, stream -> {
            var domain = new DomainSubject(stream.limits());
            var random = new Random(stream.seed());
            for (Line line : stream.lines()) {
                Conversation earlier = domain.of(line.conversation());
                boolean look = random.nextInt(8) == 0; // at each line it would take seconds and find no more
                String asItWas = look ? earlier.toString() : "";
                Decision decision = domain.decide(line);
                Conversation now = domain.of(line.conversation());

                if (look) {
                    mustBeEqual(() -> "the state before " + line + " is left alone", asItWas, earlier.toString());
                    mustReplay(line.conversation(), domain);
                }
                if (!decision.repeated()) {
                    mustBeEqual(
                            () -> "session answered",
                            now.sessionNumber(),
                            decision.answer().session());
                    mustBeEqual(
                            () -> "state answered",
                            Optional.ofNullable(now.state()),
                            Optional.ofNullable(decision.answer().state()));
                }
            }
            domain.advance(stream.horizon());
            domain.journal().keySet().forEach(it -> mustReplay(it, domain));
        });
    }

    private static void mustReplay(String conversation, DomainSubject domain) {
        List<ConversationEvent> events = domain.journal().get(conversation);
        mustBeEqual(() -> "state by replay", domain.of(conversation), Conversation.NEW.applyAll(events));
    }

    @Test
    void a_repetition_changes_nothing_and_is_answered_as_before() {
        ForEachStream.of(STREAMS, stream -> {
            var domain = new DomainSubject(stream.limits());
            Map<String, Answer> first = new HashMap<>();

            for (Line line : stream.lines()) {
                Decision decision = domain.decide(line);
                if (line.messageId().isPresent()) {
                    String id = line.conversation() + " " + line.messageId().get();
                    must(decision.repeated() == first.containsKey(id), () -> "repeated or not: " + line);
                    mustBeEqual(
                            () -> "answer to " + line,
                            first.computeIfAbsent(id, it -> decision.answer()),
                            decision.answer());
                    must(!decision.repeated() || decision.events().isEmpty(), () -> "events of a repetition " + line);

                    Decision again = domain.decide(line);
                    must(again.repeated() && again.events().isEmpty(), () -> "sent twice: " + line);
                    mustBeEqual(() -> "answer to the second sending of " + line, decision.answer(), again.answer());
                } else {
                    must(!decision.repeated(), () -> "nothing to recognise it by: " + line);
                }
            }
        });
    }

    @Test
    void every_change_is_legal_and_no_effective_time_goes_back() {
        ForEachStream.of(STREAMS, stream -> {
            var domain = new DomainSubject(stream.limits());

            stream.lines().forEach(domain::send);
            domain.advance(stream.horizon());

            domain.journal().values().forEach(ConversationPropertyTest::mustBeLegal);
        });
    }

    private static void mustBeLegal(List<ConversationEvent> events) {
        Instant clock = Instant.MIN;
        int session = 0;
        Optional<State> state = Optional.empty();
        Set<String> ids = new HashSet<>();
        for (ConversationEvent event : events) {
            Instant earlier = clock;
            must(!event.at().isBefore(earlier), () -> "time goes back to " + event + " from " + earlier);
            clock = event.at();
            if (event instanceof Opened) {
                boolean over = state.isEmpty() || !state.get().isLive();
                must(over, () -> "opened while another session is live: " + event);
                session++;
                state = Optional.empty();
            }
            int current = session;
            must(event.session() == current, () -> "in session " + current + ": " + event);
            if (event instanceof Transition it) {
                mustBeEqual(() -> "left by " + event, state, it.from());
                String change = state.map(State::wireName).orElse("none") + " "
                        + it.to().wireName() + " " + it.cause();
                must(LEGAL.contains(change), () -> "illegal: " + event);
                state = Optional.of(it.to());
            }
            event.requestId().ifPresent(it -> must(ids.add(it), () -> "recorded twice: " + event));
        }
    }

    /** So a conversation is never overdue at its own time, and moving time to where it is already changes nothing. */
    @Test
    void the_next_deadline_lies_ahead_of_everything_that_has_happened() {
        ForEachStream.of(STREAMS, stream -> {
            var domain = new DomainSubject(stream.limits());
            for (Line line : stream.lines()) {
                Decision decision = domain.decide(line);
                Conversation now = domain.of(line.conversation());

                Instant clock = now.memory().clock();
                must(
                        decision.repeated() || !clock.isAfter(decision.answer().at()),
                        () -> "the clock is ahead of the answer to " + line);
                Optional<Deadline> next = now instanceof Live it ? it.deadline() : Optional.empty();
                must(
                        next.map(Deadline::at).filter(it -> !it.isAfter(clock)).isEmpty(),
                        () -> next + " at " + clock + " after " + line);
                must(
                        domain.advance(line.conversation(), clock).isEmpty(),
                        () -> "overdue at its own time after " + line);
            }
        });
    }

    @Test
    void moving_time_in_one_step_or_in_many_is_the_same() {
        ForEachStream.of(STREAMS, stream -> {
            var domain = new DomainSubject(stream.limits());
            stream.lines().forEach(domain::send);

            for (String conversation : domain.journal().keySet()) {
                Conversation atOnce = domain.of(conversation);
                Conversation stepwise = atOnce;
                List<ConversationEvent> expected = atOnce.advance(Instant.MAX, Instant.EPOCH);
                List<ConversationEvent> found = new ArrayList<>();
                while (stepwise instanceof Live live && live.deadline().isPresent()) {
                    Instant due = live.deadline().get().at();
                    must(
                            live.advance(due.minusNanos(1), Instant.EPOCH).isEmpty(),
                            () -> "too early, before " + due + ": " + live);
                    List<ConversationEvent> events = live.advance(due, Instant.EPOCH);
                    mustBeEqual(() -> "events at " + due, 1, events.size());
                    found.addAll(events);
                    stepwise = stepwise.applyAll(events);
                }
                mustBeEqual("events of " + conversation, expected, found);
            }
        });
    }
}

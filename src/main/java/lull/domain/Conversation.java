package lull.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lull.domain.ConversationEvent.ClosingIgnored;
import lull.domain.ConversationEvent.Ended;
import lull.domain.ConversationEvent.Expired;
import lull.domain.ConversationEvent.MessageRecorded;
import lull.domain.ConversationEvent.Opened;
import lull.domain.ConversationEvent.Reactivated;
import lull.domain.ConversationEvent.Replied;
import lull.domain.ConversationEvent.Transition;
import lull.domain.ConversationEvent.WentIdle;

/**
 * The whole life of one conversation, as a pure function of its requests and its policy: {@link #decide} and {@link #advance} say what
 * happens, {@link #apply} makes it so. There is no clock here; time comes in with the call. The rules are those of SEMANTICS.md.
 */
public sealed interface Conversation {

    Conversation NEW = new Unopened(Memory.EMPTY);

    Memory memory();

    Conversation withMemory(Memory memory);

    /** Never opened. It may already remember closings that found nothing to close. */
    record Unopened(Memory memory) implements Conversation {
        @Override
        public State state() {
            return null;
        }

        @Override
        public Unopened withMemory(Memory other) {
            return new Unopened(other);
        }
    }

    /** There has been a session; the latest counts. */
    sealed interface Begun extends Conversation {

        Session session();

        /** When its state was entered. */
        Instant since();

        /** Effective time of the latest message. */
        Instant lastActivity();

        /** The next moment at which time alone changes the state; empty if there is none. */
        Optional<Deadline> deadline();
    }

    /**
     * A session is under way.
     *
     * @param state one of the live states
     */
    record Live(Session session, State state, Instant since, Instant lastActivity, Memory memory) implements Begun {

        /** Empty if the policy lets it be for ever. */
        @Override
        public Optional<Deadline> deadline() {
            Policy policy = session.policy();
            Optional<Deadline> byAge = after(session.openedAt(), policy.maxAge(), Rule.MAX_AGE);
            Optional<Deadline> byState = switch (state) {
                case PENDING -> after(session.openedAt(), policy.pendingExpireAfter(), Rule.PENDING_TIMEOUT);
                case ACTIVE -> after(lastActivity, Optional.of(policy.idleAfter()), Rule.IDLE_TIMEOUT);
                case IDLE -> after(since, policy.expireAfter(), Rule.IDLE_EXPIRED);
                case EXPIRED, CLOSED, FAILED -> throw new IllegalStateException(state + " is not live");
            };
            boolean ageComesFirst =
                    byAge.isPresent() && (byState.isEmpty() || byAge.get().compareTo(byState.get()) < 0);
            return ageComesFirst ? byAge : byState;
        }

        private static Optional<Deadline> after(Instant start, Optional<Duration> delay, Rule rule) {
            return delay.map(it -> new Deadline(start.plus(it), rule));
        }

        private Transition by(Deadline deadline, Instant observedAt) {
            return deadline.rule() == Rule.IDLE_TIMEOUT
                    ? new WentIdle(session.number(), deadline.at(), observedAt)
                    : new Expired(session.number(), deadline.at(), state, deadline.rule(), observedAt);
        }

        private Live in(State next, Instant at) {
            return new Live(session, next, at, lastActivity, memory);
        }

        private Live heardAt(Instant at) {
            return new Live(session, state, since, at, memory);
        }

        private Over over(Transition end, Authority by, Optional<String> reason) {
            return new Over(session, end.to(), end.at(), by, end.cause(), reason, lastActivity, memory);
        }

        @Override
        public Live withMemory(Memory other) {
            return new Live(session, state, since, lastActivity, other);
        }
    }

    /**
     * The latest session is over.
     *
     * @param state one of the final states
     * @param by who ended it
     * @param cause name of the rule or request that ended it
     * @param reason free text of the closing
     */
    record Over(
            Session session,
            State state,
            Instant since,
            Authority by,
            String cause,
            Optional<String> reason,
            Instant lastActivity,
            Memory memory)
            implements Begun {
        @Override
        public Optional<Deadline> deadline() {
            return Optional.empty();
        }

        @Override
        public Over withMemory(Memory other) {
            return new Over(session, state, since, by, cause, reason, lastActivity, other);
        }
    }

    /**
     * What a request leads to.
     *
     * @param events to be stored together, in this order; none if the request was seen before or is refused without a trace
     */
    record Decision(List<ConversationEvent> events, Answer answer, boolean repeated) {}

    /**
     * Every transition that is overdue at {@code now}, each at its own effective time, in cascade.
     *
     * @param observedAt the moment to note in them
     */
    default List<ConversationEvent> advance(Instant now, Instant observedAt) {
        List<ConversationEvent> events = new ArrayList<>(2);
        Conversation current = this;
        while (current instanceof Live live) {
            Optional<Deadline> due = live.deadline().filter(it -> it.isDue(now));
            if (due.isEmpty()) {
                break;
            }
            ConversationEvent event = live.by(due.get(), observedAt);
            events.add(event);
            current = current.apply(event);
        }
        return events;
    }

    /**
     * Decides a request: first whatever is overdue at its effective time, then the request itself.
     *
     * @param policy for the session that the request may open
     * @param observedAt the moment to note in the transitions
     */
    default Decision decide(Request request, Policy policy, Instant observedAt) {
        Optional<Answer> known = request.id().flatMap(memory()::answerTo);
        if (known.isPresent()) {
            return new Decision(List.of(), known.get(), true);
        }
        Instant at = request.at().isAfter(memory().clock()) ? request.at() : memory().clock();
        List<ConversationEvent> overdue = advance(at, observedAt);
        Conversation before = applyAll(overdue);
        List<ConversationEvent> events = new ArrayList<>(overdue);
        if (request instanceof Request.Message message) {
            events.addAll(before.onMessage(message, at, policy, observedAt));
        } else if (request instanceof Request.Closing closing) {
            events.addAll(before.onClosing(closing, at, observedAt));
        }
        boolean accepted = request instanceof Request.Message || before instanceof Live;
        return new Decision(events, applyAll(events).answer(at, accepted), false);
    }

    private List<ConversationEvent> onMessage(Request.Message message, Instant at, Policy policy, Instant observedAt) {
        List<ConversationEvent> events = new ArrayList<>(3);
        Live live;
        if (this instanceof Live current) {
            live = current;
        } else {
            Opened opened = new Opened(sessionNumber() + 1, at, policy, observedAt);
            events.add(opened);
            live = (Live) apply(opened);
        }
        int session = live.session().number();
        if (live.state() == State.PENDING && message.direction() == Direction.OUTBOUND) {
            events.add(new Replied(session, at, observedAt));
        } else if (live.state() == State.IDLE) {
            events.add(new Reactivated(session, at, observedAt));
        }
        events.add(new MessageRecorded(session, at, message.messageId(), message.direction(), message.from()));
        return events;
    }

    private List<ConversationEvent> onClosing(Request.Closing closing, Instant at, Instant observedAt) {
        if (this instanceof Live live) {
            return List.of(new Ended(
                    live.session().number(),
                    at,
                    live.state(),
                    closing.to(),
                    closing.by(),
                    closing.reason(),
                    closing.id(),
                    observedAt));
        }
        // One that outranks the ending is worth a record. One with an id must be recognised when it is repeated,
        // and moves the conversation's own clock as any other line of a stream does (SEMANTICS, "effective time").
        boolean recorded = closing.id().isPresent()
                || this instanceof Over over && closing.by().outranks(over.by());
        return recorded
                ? List.of(new ClosingIgnored(
                        sessionNumber(), at, closing.to(), closing.by(), closing.reason(), closing.id()))
                : List.of();
    }

    /**
     * The state after an event.
     *
     * @throws IllegalStateException if this conversation could not have decided the event, so that its history is not ours
     */
    default Conversation apply(ConversationEvent event) {
        if (!couldDecide(event)) {
            throw new IllegalStateException("session " + sessionNumber() + " is " + state() + " at " + memory().clock()
                    + ", so this is of another history: " + event);
        }
        return change(event).heard(event);
    }

    private boolean couldDecide(ConversationEvent event) {
        boolean opening = event instanceof Opened;
        boolean fitsState = opening || event instanceof ClosingIgnored ? !(this instanceof Live) : this instanceof Live;
        boolean leavesState = opening
                || !(event instanceof Transition transition)
                || transition.from().equals(Optional.ofNullable(state()));
        int session = opening ? sessionNumber() + 1 : sessionNumber();
        return fitsState
                && leavesState
                && event.session() == session
                && !event.at().isBefore(memory().clock());
    }

    private Conversation change(ConversationEvent event) {
        if (event instanceof MessageRecorded) {
            return live().heardAt(event.at());
        }
        if (event instanceof Opened opened) {
            Session session = new Session(opened.session(), opened.at(), opened.policy());
            return new Live(session, State.PENDING, opened.at(), opened.at(), memory());
        }
        if (event instanceof Replied || event instanceof Reactivated) {
            return live().in(State.ACTIVE, event.at()).heardAt(event.at());
        }
        if (event instanceof WentIdle) {
            return live().in(State.IDLE, event.at());
        }
        if (event instanceof Expired expired) {
            return live().over(expired, Authority.TIME, Optional.empty());
        }
        if (event instanceof Ended ended) {
            return live().over(ended, ended.by(), ended.reason());
        }
        if (event instanceof ClosingIgnored) {
            return this;
        }
        throw new IllegalStateException("no rule for " + event);
    }

    private Live live() {
        return (Live) this;
    }

    /** Moves the conversation's own clock and remembers the answer, if the event came of a request with an id. */
    private Conversation heard(ConversationEvent event) {
        Memory memory = memory().at(event.at());
        Optional<String> id = event.requestId();
        if (id.isPresent()) {
            boolean accepted = !(event instanceof ClosingIgnored);
            memory = memory.remember(id.get(), answer(event.at(), accepted));
        }
        return withMemory(memory);
    }

    private Answer answer(Instant at, boolean accepted) {
        return new Answer(sessionNumber(), state(), at, accepted);
    }

    /** The number of the latest session; 0 if there was none. */
    default int sessionNumber() {
        return this instanceof Begun begun ? begun.session().number() : 0;
    }

    /** The state of the latest session; null if there was none. */
    State state();

    /** The state after several events. */
    default Conversation applyAll(List<? extends ConversationEvent> events) {
        Conversation current = this;
        for (ConversationEvent event : events) {
            current = current.apply(event);
        }
        return current;
    }
}

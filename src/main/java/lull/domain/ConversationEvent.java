package lull.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * What has happened to a conversation. Every event has its effective time, fixed by the rules. {@code observedAt} is when we recorded a
 * transition: it is there for the reader, no rule depends on it.
 */
public sealed interface ConversationEvent {

    /** The session it belongs to; 0 only for a closing that was ignored before the first session. */
    int session();

    /** Effective time: never before that of the event before it. */
    Instant at();

    /** The id of the request that it came of, to be remembered; empty if there was no request or it had no id. */
    default Optional<String> requestId() {
        return Optional.empty();
    }

    /** A change of state. */
    sealed interface Transition extends ConversationEvent {

        /** The state left; empty for an opening. */
        Optional<State> from();

        State to();

        /** Why, as the transition feed calls it: the name of the rule or of the request. */
        String cause();

        Instant observedAt();
    }

    /** null → pending. Records the policy that governs the session. */
    record Opened(int session, Instant at, Policy policy, Instant observedAt) implements Transition {
        @Override
        public Optional<State> from() {
            return Optional.empty();
        }

        @Override
        public State to() {
            return State.PENDING;
        }

        @Override
        public String cause() {
            return "opened";
        }
    }

    /** pending → active: the first outbound message. */
    record Replied(int session, Instant at, Instant observedAt) implements Transition {
        @Override
        public Optional<State> from() {
            return Optional.of(State.PENDING);
        }

        @Override
        public State to() {
            return State.ACTIVE;
        }

        @Override
        public String cause() {
            return "reply";
        }
    }

    /** active → idle. */
    record WentIdle(int session, Instant at, Instant observedAt) implements Transition {
        @Override
        public Optional<State> from() {
            return Optional.of(State.ACTIVE);
        }

        @Override
        public State to() {
            return State.IDLE;
        }

        @Override
        public String cause() {
            return Rule.IDLE_TIMEOUT.wireName();
        }
    }

    /** idle → active: any message. */
    record Reactivated(int session, Instant at, Instant observedAt) implements Transition {
        @Override
        public Optional<State> from() {
            return Optional.of(State.IDLE);
        }

        @Override
        public State to() {
            return State.ACTIVE;
        }

        @Override
        public String cause() {
            return "reactivated";
        }
    }

    /** any live → expired. */
    record Expired(int session, Instant at, State left, Rule rule, Instant observedAt) implements Transition {
        @Override
        public Optional<State> from() {
            return Optional.of(left);
        }

        @Override
        public State to() {
            return State.EXPIRED;
        }

        @Override
        public String cause() {
            return rule.wireName();
        }
    }

    /** any live → closed or failed, on request. */
    record Ended(
            int session,
            Instant at,
            State left,
            State to,
            Authority by,
            Optional<String> reason,
            Optional<String> requestId,
            Instant observedAt)
            implements Transition {
        @Override
        public Optional<State> from() {
            return Optional.of(left);
        }

        @Override
        public String cause() {
            return to.wireName();
        }
    }

    /** A message was recorded, after the transitions that it caused. */
    record MessageRecorded(int session, Instant at, String messageId, Direction direction, Optional<String> from)
            implements ConversationEvent {
        @Override
        public Optional<String> requestId() {
            return Optional.of(messageId);
        }
    }

    /** A closing that changed nothing, because no session was live. */
    record ClosingIgnored(
            int session, Instant at, State to, Authority by, Optional<String> reason, Optional<String> requestId)
            implements ConversationEvent {}
}

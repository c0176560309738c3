package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lull.model.Limits;

/**
 * What a conversation is after each of its events: the journal told again, by nothing but what the events say. It does not judge
 * whether they may say it.
 *
 * @param session 0 before the first
 * @param state empty before the first session
 * @param lastActivity the latest message
 */
record Replayed(
        int session, String state, Instant openedAt, Instant since, Instant lastActivity, Optional<Limits> policy) {

    static final Replayed NEW = new Replayed(0, "", Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Optional.empty());

    /** A deadline and the rule it comes of. */
    record Due(Instant at, String rule) {}

    /** The state after each event; the first element is the state before any. */
    static List<Replayed> states(List<JournalRow> rows) {
        List<Replayed> states = new ArrayList<>(rows.size() + 1);
        Replayed state = NEW;
        states.add(state);
        for (JournalRow row : rows) {
            state = state.after(row);
            states.add(state);
        }
        return states;
    }

    private Replayed after(JournalRow row) {
        if (row.kind().equals("opened")) {
            return new Replayed(row.session(), "pending", row.at(), row.at(), row.at(), row.policy());
        }
        if (row.kind().equals("message")) {
            return new Replayed(session, state, openedAt, since, row.at(), policy);
        }
        if (!row.isTransition()) {
            return this;
        }
        boolean heard = row.kind().equals("reply") || row.kind().equals("reactivated");
        return new Replayed(session, row.to(), openedAt, row.at(), heard ? row.at() : lastActivity, policy);
    }

    boolean isLive() {
        return state.equals("pending") || state.equals("active") || state.equals("idle");
    }

    /** The next thing that time alone brings. At one instant max-age stands before the others. */
    Optional<Due> next() {
        if (!isLive()) {
            return Optional.empty();
        }
        Limits limits = policy.orElseThrow();
        Optional<Due> byAge = due(openedAt, limits.maxAge(), "max-age");
        Optional<Due> byState = switch (state) {
            case "pending" -> due(openedAt, limits.pendingExpireAfter(), "pending-timeout");
            case "active" -> due(lastActivity, Optional.of(limits.idleAfter()), "idle-timeout");
            default -> due(since, limits.expireAfter(), "idle-expired");
        };
        return Stream.of(byAge, byState).flatMap(Optional::stream).reduce((a, b) -> b.at.isBefore(a.at) ? b : a);
    }

    private static Optional<Due> due(Instant start, Optional<Duration> delay, String rule) {
        return delay.map(it -> new Due(start.plus(it), rule));
    }
}

package lull.http;

import java.time.Duration;
import java.util.Optional;
import lull.domain.Deadline;
import lull.domain.Policy;
import lull.entity.ConversationView;

/** Says in a sentence why time will change a conversation: which rule, with which figure of which policy, counted from when. */
final class Because {

    private Because() {}

    static String sentence(ConversationView view, Deadline next) {
        Policy policy = view.policy();
        String state = view.state().wireName();
        return switch (next.rule()) {
            case IDLE_TIMEOUT ->
                state + "; with no further message it goes idle at " + next.at() + ", "
                        + figure("idleAfter", Optional.of(policy.idleAfter())) + " after the last activity at "
                        + view.lastActivity();
            case PENDING_TIMEOUT ->
                state + "; with no message from our side it expires at " + next.at() + ", "
                        + figure("pendingExpireAfter", policy.pendingExpireAfter())
                        + " after the session was opened at "
                        + view.openedAt();
            case IDLE_EXPIRED ->
                state + "; with no further message it expires at " + next.at() + ", "
                        + figure("expireAfter", policy.expireAfter()) + " after it went idle at " + view.since();
            case MAX_AGE ->
                state + "; whatever messages come, it expires at " + next.at() + ", "
                        + figure("maxAge", policy.maxAge()) + " after the session was opened at " + view.openedAt();
        };
    }

    private static String figure(String name, Optional<Duration> duration) {
        return name + duration.map(it -> " (" + it + ")").orElse("");
    }
}

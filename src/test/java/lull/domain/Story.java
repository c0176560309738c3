package lull.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lull.domain.Conversation.Decision;
import lull.domain.Conversation.Live;
import lull.domain.ConversationEvent.ClosingIgnored;
import lull.domain.ConversationEvent.Transition;

/** One conversation, told in seconds from its start. */
final class Story {

    static final Instant START = Instant.parse("2026-11-22T09:00:00Z");

    /** Silence for 10 s is idle; 20 s of that expires; so do 30 s without an answer, and 100 s in all. */
    static final Policy POLICY = policy(10, 20, 30, 100);

    private final Policy policy;
    private final List<ConversationEvent> events = new ArrayList<>();
    private Conversation conversation = Conversation.NEW;

    Story() {
        this(POLICY);
    }

    Story(Policy policy) {
        this.policy = policy;
    }

    /** All in seconds; 0 is never. */
    static Policy policy(long idleAfter, long expireAfter, long pendingExpireAfter, long maxAge) {
        return new Policy(
                Duration.ofSeconds(idleAfter), seconds(expireAfter), seconds(pendingExpireAfter), seconds(maxAge));
    }

    private static Optional<Duration> seconds(long seconds) {
        return seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    }

    static Instant at(double second) {
        return START.plusNanos(Math.round(second * 1e9));
    }

    Decision inbound(double second, String id) {
        return decide(new Request.Message(id, at(second), Direction.INBOUND, Optional.empty()));
    }

    Decision outbound(double second, String id) {
        return decide(new Request.Message(id, at(second), Direction.OUTBOUND, Optional.empty()));
    }

    Decision close(double second, Authority by) {
        return decide(new Request.Closing(Optional.empty(), at(second), State.CLOSED, by, Optional.empty()));
    }

    Decision close(double second, Authority by, String id) {
        return decide(new Request.Closing(Optional.of(id), at(second), State.CLOSED, by, Optional.of("done")));
    }

    Decision fail(double second) {
        return decide(
                new Request.Closing(Optional.empty(), at(second), State.FAILED, Authority.FAILURE, Optional.empty()));
    }

    private Decision decide(Request request) {
        Decision decision = conversation.decide(request, policy, request.at());
        happened(decision.events());
        return decision;
    }

    List<ConversationEvent> advance(double second) {
        List<ConversationEvent> overdue = conversation.advance(at(second), at(second));
        happened(overdue);
        return overdue;
    }

    private void happened(List<ConversationEvent> more) {
        events.addAll(more);
        conversation = conversation.applyAll(more);
    }

    Conversation now() {
        return conversation;
    }

    Optional<Deadline> deadline() {
        return ((Live) conversation).deadline();
    }

    /** Such as {@code "1 active 3 reply"}: session, new state, second, cause. */
    List<String> transitions() {
        return events.stream()
                .filter(Transition.class::isInstance)
                .map(Transition.class::cast)
                .map(it -> it.session() + " " + it.to().wireName() + " " + second(it) + " " + it.cause())
                .toList();
    }

    /** Such as {@code "closed by user at 4"}. */
    List<String> ignored() {
        return events.stream()
                .filter(ClosingIgnored.class::isInstance)
                .map(ClosingIgnored.class::cast)
                .map(it -> it.to().wireName() + " by " + it.by().wireName() + " at " + second(it))
                .toList();
    }

    private static String second(ConversationEvent event) {
        double seconds = Duration.between(START, event.at()).toNanos() / 1e9;
        return seconds == Math.rint(seconds) ? String.valueOf((long) seconds) : String.valueOf(seconds);
    }
}

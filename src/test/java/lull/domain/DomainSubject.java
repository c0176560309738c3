package lull.domain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import lull.domain.Conversation.Decision;
import lull.domain.ConversationEvent.ClosingIgnored;
import lull.model.Answered;
import lull.model.IgnoredClosing;
import lull.model.Limits;
import lull.model.Line;
import lull.model.Subject;
import lull.model.Transition;

/** The pure domain, driven by the lines of a stream. Keeps every event of every conversation, as a journal would. */
public final class DomainSubject implements Subject {

    private final Function<Line, Limits> setting;
    private final Map<String, Conversation> live = new LinkedHashMap<>();
    private final Map<String, List<ConversationEvent>> journal = new LinkedHashMap<>();
    private final List<Recorded> inOrder = new ArrayList<>();

    private record Recorded(String conversation, ConversationEvent event) {}

    /** One policy for all sessions. */
    public DomainSubject(Limits limits) {
        this(line -> limits);
    }

    /** @param setting the policy in force when a line arrives */
    public DomainSubject(Function<Line, Limits> setting) {
        this.setting = setting;
    }

    @Override
    public void send(Line line) {
        decide(line);
    }

    /** Sends a line and tells what was decided. */
    public Decision decide(Line line) {
        // No rule may depend on the moment at which something was noticed, so any will do.
        Instant observedAt = line.at().plusSeconds(live.size());
        Decision decision = of(line.conversation()).decide(request(line), policy(setting.apply(line)), observedAt);
        store(line.conversation(), decision.events());
        return decision;
    }

    @Override
    public void advance(Instant now) {
        List.copyOf(live.keySet()).forEach(it -> advance(it, now));
    }

    /** Moves the time of one conversation and tells what happened. */
    public List<ConversationEvent> advance(String conversation, Instant now) {
        List<ConversationEvent> events = of(conversation).advance(now, Instant.EPOCH);
        store(conversation, events);
        return events;
    }

    private void store(String conversation, List<ConversationEvent> events) {
        live.put(conversation, of(conversation).applyAll(events));
        journal.computeIfAbsent(conversation, it -> new ArrayList<>()).addAll(events);
        events.forEach(it -> inOrder.add(new Recorded(conversation, it)));
    }

    @Override
    public List<Transition> history() {
        return Transition.sorted(
                inOrder.stream().flatMap(DomainSubject::transition).toList());
    }

    /** The closings on record that changed nothing, in order of arrival. */
    public List<IgnoredClosing> ignored() {
        return inOrder.stream().flatMap(DomainSubject::ignored).toList();
    }

    public Conversation of(String conversation) {
        return live.getOrDefault(conversation, Conversation.NEW);
    }

    /** All events of each conversation. */
    public Map<String, List<ConversationEvent>> journal() {
        return journal;
    }

    /** All events of a conversation, without the moments at which they were noticed. */
    public List<Object> timelessJournal(String conversation) {
        return journal.get(conversation).stream()
                .map(it -> it instanceof ConversationEvent.Transition transition ? timeless(transition) : it)
                .toList();
    }

    private static Object timeless(ConversationEvent.Transition it) {
        return List.of(it.session(), it.at(), it.from(), it.to(), it.cause(), it.requestId());
    }

    /** The same answer in the words of the model. */
    public static Answered answered(Decision decision) {
        Answer answer = decision.answer();
        Optional<String> state = Optional.ofNullable(answer.state()).map(State::wireName);
        return new Answered(answer.session(), state, answer.at(), answer.accepted(), decision.repeated());
    }

    static Policy policy(Limits limits) {
        return new Policy(limits.idleAfter(), limits.expireAfter(), limits.pendingExpireAfter(), limits.maxAge());
    }

    static Request request(Line line) {
        return switch (line.type()) {
            case "message" ->
                new Request.Message(line.messageId().orElseThrow(), line.at(), direction(line), Optional.of("someone"));
            case "close" ->
                new Request.Closing(
                        line.messageId(),
                        line.at(),
                        State.CLOSED,
                        authority(line.by().orElseThrow()),
                        Optional.of("done"));
            case "fail" ->
                new Request.Closing(
                        line.messageId(), line.at(), State.FAILED, Authority.FAILURE, Optional.of("broken"));
            default -> throw new IllegalArgumentException(line.type());
        };
    }

    private static Direction direction(Line line) {
        return Stream.of(Direction.values())
                .filter(it -> it.wireName().equals(line.direction().orElseThrow()))
                .findAny()
                .orElseThrow();
    }

    private static Authority authority(String by) {
        return Stream.of(Authority.values())
                .filter(it -> it.wireName().equals(by))
                .findAny()
                .orElseThrow();
    }

    private static Stream<Transition> transition(Recorded recorded) {
        return recorded.event instanceof ConversationEvent.Transition it
                ? Stream.of(new Transition(
                        recorded.conversation,
                        it.session(),
                        it.from().map(State::wireName),
                        it.to().wireName(),
                        it.at(),
                        it.cause()))
                : Stream.empty();
    }

    private static Stream<IgnoredClosing> ignored(Recorded recorded) {
        if (recorded.event instanceof ClosingIgnored it) {
            Optional<String> by = it.by() == Authority.FAILURE
                    ? Optional.empty()
                    : Optional.of(it.by().wireName());
            return Stream.of(new IgnoredClosing(
                    recorded.conversation, it.session(), it.at(), it.to().wireName(), by, it.requestId()));
        }
        return Stream.empty();
    }
}

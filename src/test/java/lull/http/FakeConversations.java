package lull.http;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import lull.domain.Answer;
import lull.domain.Conversation;
import lull.domain.ConversationEvent;
import lull.domain.ConversationId;
import lull.domain.Policy;
import lull.domain.Request;
import lull.entity.ConversationView;
import lull.entity.Conversations;
import lull.entity.NewClosing;
import lull.entity.NewMessage;
import lull.entity.Reply;
import lull.readmodel.JournalEntry;

/** Conversations in memory, on the real domain. */
final class FakeConversations implements Conversations {

    static final Instant NOW = Instant.parse("2026-11-22T09:30:00Z");

    private final Map<ConversationId, Conversation> conversations = new HashMap<>();
    private final Map<ConversationId, Long> sequences = new HashMap<>();
    private final List<JournalEntry> journal = new ArrayList<>();

    /** Every call but {@code get}. */
    final AtomicInteger calls = new AtomicInteger();

    /** The ids of messages, in the order in which they were carried out. */
    final List<String> carriedOut = Collections.synchronizedList(new ArrayList<>());

    /** What to wait for, or fail with, before a message is carried out. */
    volatile Function<NewMessage, CompletionStage<?>> before = message -> CompletableFuture.completedFuture(null);

    volatile Policy policy = Policy.DEFAULT;

    static CompletionStage<?> failure(Throwable cause) {
        return CompletableFuture.failedFuture(cause);
    }

    @Override
    public CompletionStage<Reply.Recorded> record(ConversationId id, NewMessage message) {
        calls.incrementAndGet();
        return before.apply(message).thenApply(ignored -> {
            Request.Message request = new Request.Message(
                    message.messageId(), message.at().orElse(NOW), message.direction(), message.from());
            Conversation.Decision decision = decide(id, request);
            carriedOut.add(message.messageId());
            return new Reply.Recorded(decision.answer(), decision.repeated(), sequence(id));
        });
    }

    @Override
    public CompletionStage<Reply.Closed> close(ConversationId id, NewClosing closing) {
        calls.incrementAndGet();
        return CompletableFuture.completedFuture(closed(id, closing));
    }

    private synchronized Reply.Closed closed(ConversationId id, NewClosing closing) {
        Conversation before = conversations.getOrDefault(id, Conversation.NEW);
        Instant at = closing.at().orElse(NOW);
        Request.Closing request =
                new Request.Closing(closing.messageId(), at, closing.to(), closing.by(), closing.reason());
        boolean known = closing.messageId().flatMap(before.memory()::answerTo).isPresent();
        if (!known
                && closing.ifSequence().isPresent()
                && closing.ifSequence().getAsLong() != sequence(id)
                && before.state() != null) {
            Answer answer = new Answer(before.sessionNumber(), before.state(), at, false);
            return new Reply.Closed(Reply.Outcome.CHANGED_MEANWHILE, answer, false, view(id));
        }
        Conversation.Decision decision = decide(id, request);
        Reply.Outcome outcome = decision.answer().state() == null
                ? Reply.Outcome.UNKNOWN
                : decision.answer().accepted() ? Reply.Outcome.ENDED : Reply.Outcome.TOO_LATE;
        return new Reply.Closed(outcome, decision.answer(), decision.repeated(), view(id));
    }

    private synchronized Conversation.Decision decide(ConversationId id, Request request) {
        Conversation conversation = conversations.getOrDefault(id, Conversation.NEW);
        Conversation.Decision decision = conversation.decide(request, policy, NOW);
        store(id, decision.events());
        return decision;
    }

    private void store(ConversationId id, List<ConversationEvent> events) {
        Conversation conversation = conversations.getOrDefault(id, Conversation.NEW);
        for (ConversationEvent event : events) {
            conversation = conversation.apply(event);
            long sequence = sequences.merge(id, 1L, Long::sum);
            journal.add(new JournalEntry(4096L + journal.size(), id, sequence, NOW, event));
        }
        conversations.put(id, conversation);
    }

    private synchronized long sequence(ConversationId id) {
        return sequences.getOrDefault(id, 0L);
    }

    @Override
    public CompletionStage<Optional<ConversationView>> get(ConversationId id) {
        return CompletableFuture.completedFuture(view(id));
    }

    private synchronized Optional<ConversationView> view(ConversationId id) {
        return ConversationView.of(id, conversations.getOrDefault(id, Conversation.NEW), sequence(id));
    }

    @Override
    public CompletionStage<Reply.Advanced> advance(ConversationId id, Instant now, long known) {
        synchronized (this) {
            List<ConversationEvent> events =
                    conversations.getOrDefault(id, Conversation.NEW).advance(now, now);
            store(id, events);
            return CompletableFuture.completedFuture(new Reply.Advanced(
                    events.size(), events.stream().map(ConversationEvent::at).findFirst(), false));
        }
    }

    synchronized List<JournalEntry> journal() {
        return List.copyOf(journal);
    }

    synchronized List<ConversationView> views() {
        return conversations.keySet().stream().flatMap(it -> view(it).stream()).toList();
    }
}

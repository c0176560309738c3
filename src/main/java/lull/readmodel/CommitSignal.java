package lull.readmodel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tells the projection that something was committed, so that it need not look at the journal again and again. What this node commits comes
 * in by {@link #fire}, and goes out to the node of the projection ({@link CommitNews}); what comes in there goes to {@link #next}.
 */
public final class CommitSignal {

    private final AtomicReference<CompletableFuture<Void>> next = new AtomicReference<>(new CompletableFuture<>());

    private volatile Runnable news = () -> {};

    /** This node has committed something. Must be quick: it is called by the journal's writers. */
    public void fire() {
        news.run();
    }

    /** Where to tell what this node commits. */
    void tellBy(Runnable news) {
        this.news = news;
    }

    /** Some node has committed something. */
    void heard() {
        next.getAndSet(new CompletableFuture<>()).complete(null);
    }

    /** Completes at the next commit that is heard of after this call. */
    CompletionStage<Void> next() {
        return next.get();
    }
}

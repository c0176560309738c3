package lull.readmodel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;

/** Tells the projection that this node has committed something, so that it need not wait for its next look at the journal. */
public final class CommitSignal {

    private final AtomicReference<CompletableFuture<Void>> next = new AtomicReference<>(new CompletableFuture<>());

    /** Something was committed. */
    public void fire() {
        next.getAndSet(new CompletableFuture<>()).complete(null);
    }

    /** Completes at the next commit after this call. */
    CompletionStage<Void> next() {
        return next.get();
    }
}

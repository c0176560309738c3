package lull.http;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The outside clock: moves time for every conversation. */
public interface Ticks {

    /**
     * Runs a tick. Completes when every conversation that was due at its {@code now}, by anything acknowledged before the call, has been
     * advanced. May fail with {@link lull.entity.Conversations.Unavailable}; it is safe to call again.
     *
     * @param now the moment to move to; empty: now, by the server's clock
     */
    CompletionStage<TickAnswer> tick(Optional<Instant> now);
}

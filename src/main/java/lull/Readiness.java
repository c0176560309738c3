package lull;

import akka.actor.ActorSystem;
import akka.actor.CoordinatedShutdown;
import akka.actor.setup.Setup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What {@code /ready} asks beside Akka's own checks (the member is up, the shards are registered): the tables have been there once, and
 * nobody has told the node to stop. It does not ask whether PostgreSQL answers now: an outage would make every node unready at once, and
 * turn 503 with a reason into a refused connection. Akka Management makes it, by its name in the configuration.
 */
public final class Readiness implements Supplier<CompletionStage<Boolean>> {

    /** Whether the tables have been seen. Never taken back. */
    static final class Schema extends Setup {
        private volatile boolean seen;

        void seen() {
            seen = true;
        }
    }

    private final ActorSystem system;

    public Readiness(ActorSystem system) {
        this.system = system;
    }

    @Override
    public CompletionStage<Boolean> get() {
        boolean schema =
                system.settings().setup().get(Schema.class).map(it -> it.seen).orElse(false);
        boolean stopping = CoordinatedShutdown.get(system).getShutdownReason().isPresent();
        return CompletableFuture.completedFuture(schema && !stopping);
    }
}

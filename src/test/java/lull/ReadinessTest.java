package lull;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.ActorSystem;
import akka.actor.BootstrapSetup;
import akka.actor.CoordinatedShutdown;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadinessTest {

    private static final Config PLAIN = ConfigFactory.parseString("""
                    akka.loglevel = ERROR
                    akka.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                    """).withFallback(ConfigFactory.defaultReference());

    private final Readiness.Schema schema = new Readiness.Schema();
    private final ActorSystem system =
            ActorSystem.create("readiness", ActorSystemSetup.create(BootstrapSetup.create(PLAIN), schema));
    private final Readiness readiness = new Readiness(system);

    @AfterEach
    void end() {
        stop();
    }

    private void stop() {
        CoordinatedShutdown.get(system)
                .runAll(CoordinatedShutdown.actorSystemTerminateReason())
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private boolean ready() {
        return readiness.get().toCompletableFuture().join();
    }

    @Test
    void it_is_not_ready_before_the_tables_were_seen_and_ready_ever_after() {
        assertThat(ready()).isFalse();

        schema.seen();

        assertThat(ready()).isTrue();
        assertThat(ready()).isTrue();
    }

    @Test
    void a_system_that_nobody_told_of_tables_is_not_ready() {
        ActorSystem other = ActorSystem.create("untold", PLAIN);
        try {
            assertThat(new Readiness(other).get().toCompletableFuture().join()).isFalse();
        } finally {
            other.terminate();
        }
    }

    @Test
    void it_is_not_ready_from_the_first_step_of_a_stop() {
        schema.seen();
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        CoordinatedShutdown.get(system).addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "ask", () -> {
            seen.complete(ready());
            return CompletableFuture.completedFuture(Done.getInstance());
        });

        stop();

        assertThat(seen).isCompletedWithValue(false);
    }
}

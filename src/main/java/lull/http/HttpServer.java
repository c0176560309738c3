package lull.http;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpRequest;
import akka.pattern.Patterns;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import lull.entity.Conversations;
import lull.readmodel.ReadModel;

/** The HTTP API on a port of its own. */
public final class HttpServer {

    /** An answer that has been handed over is on the wire by then. */
    private static final Duration FLUSH = Duration.ofMillis(250);

    private HttpServer() {}

    /**
     * Listens, until the coordinated shutdown: then, after the {@link HttpSettings#drain}, no connection is accepted any more, requests
     * under way are answered within {@link HttpSettings#answerWithin}, and whatever is still open after that is cut.
     *
     * @return the binding, with the port that was taken; fails if the port cannot be had
     */
    public static CompletionStage<ServerBinding> start(
            ActorSystem<?> system,
            HttpSettings settings,
            Conversations conversations,
            ReadModel readModel,
            Ticks ticks) {
        Materializer materializer = SystemMaterializer.get(system).materializer();
        Bodies bodies = new Bodies(materializer);
        Router router = new Router(Api.routes(conversations, readModel, ticks, settings, bodies, materializer), bodies);
        UnderWay underWay = new UnderWay();
        return Http.get(system)
                .newServerAt(settings.bindInterface(), settings.port())
                .logTo(new ServerLog())
                .bind((HttpRequest request) -> underWay.track(router.answer(request)))
                .thenApply(binding -> {
                    endInOrder(system, settings, binding, underWay);
                    return binding;
                });
    }

    private static void endInOrder(
            ActorSystem<?> system, HttpSettings settings, ServerBinding binding, UnderWay underWay) {
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        if (!settings.drain().isZero()) {
            shutdown.addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "http-drain", () -> {
                underWay.sendAway();
                return Patterns.after(
                        settings.drain(), system, () -> CompletableFuture.completedFuture(Done.getInstance()));
            });
        }
        // Who is sent away before the port is closed comes back at once, and is cut off with the connections that
        // nobody has accepted yet.
        shutdown.addTask(
                CoordinatedShutdown.PhaseServiceUnbind(),
                "http-unbind",
                () -> binding.unbind().whenComplete((unbound, failure) -> {
                    underWay.sendAway();
                    underWay.end();
                }));
        shutdown.addTask(
                CoordinatedShutdown.PhaseServiceRequestsDone(),
                "http-answer",
                () -> underWay.none(settings.answerWithin())
                        .thenCompose(
                                done -> Patterns.after(FLUSH, system, () -> CompletableFuture.completedFuture(done)))
                        .thenCompose(done -> binding.terminate(FLUSH))
                        .thenApply(terminated -> Done.getInstance()));
    }
}

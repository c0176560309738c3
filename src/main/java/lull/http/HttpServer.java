package lull.http;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import java.util.concurrent.CompletionStage;
import lull.entity.Conversations;
import lull.readmodel.ReadModel;

/** The HTTP API on a port of its own. */
public final class HttpServer {

    private HttpServer() {}

    /**
     * Listens, until the coordinated shutdown: then no connection is accepted any more, requests under way are answered within
     * {@link HttpSettings#answerWithin}, and whatever is still open after that is cut.
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
        return Http.get(system)
                .newServerAt(settings.bindInterface(), settings.port())
                .logTo(new ServerLog())
                .bind(router::answer)
                .thenApply(binding -> binding.addToCoordinatedShutdown(settings.answerWithin(), system));
    }
}

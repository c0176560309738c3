package lull.http;

import akka.stream.Materializer;
import akka.util.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import lull.entity.Conversations;
import lull.http.Router.Route;
import lull.readmodel.ReadModel;

/** Every call that there is. The same list is in {@code openapi.yaml}. */
final class Api {

    private Api() {}

    static List<Route> routes(
            Conversations conversations,
            ReadModel readModel,
            Ticks ticks,
            HttpSettings settings,
            Bodies bodies,
            Materializer materializer) {
        RequestReader reader = new RequestReader(settings);
        ConversationCalls one = new ConversationCalls(conversations, readModel, reader, bodies, materializer);
        MessageStream stream = new MessageStream(conversations, reader, materializer);
        Feeds feeds = new Feeds(readModel, materializer);
        TickCall tick = new TickCall(ticks, reader, bodies, settings.timing());
        ByteString description = description();
        return List.of(
                post("/v1/conversations/{key}/messages", one::record),
                get("/v1/conversations/{key}", Set.of(), one::get),
                get("/v1/conversations/{key}/history", Set.of(), one::history),
                post("/v1/conversations/{key}/close", one::close),
                post("/v1/conversations/{key}/fail", one::fail),
                get("/v1/conversations", ListCall.QUERY, new ListCall(readModel)::list),
                post("/v1/messages", stream::answer),
                get("/v1/messages", Feeds.QUERY, feeds::messages),
                get("/v1/transitions", Feeds.QUERY, feeds::transitions),
                post("/v1/ticks", tick::tick),
                get("/openapi.yaml", Set.of(), it -> CompletableFuture.completedFuture(Answers.yaml(description))));
    }

    private static Route get(String template, Set<String> query, Router.Handler handler) {
        return new Route("GET", template, query, handler);
    }

    private static Route post(String template, Router.Handler handler) {
        return new Route("POST", template, Set.of(), handler);
    }

    private static ByteString description() {
        try (InputStream file = Api.class.getResourceAsStream("/openapi.yaml")) {
            return ByteString.fromArrayUnsafe(file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

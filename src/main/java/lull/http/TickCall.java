package lull.http;

import akka.http.javadsl.model.HttpResponse;
import java.util.concurrent.CompletionStage;
import lull.http.Router.Call;

/** The call that moves time. */
final class TickCall {

    private final Ticks ticks;
    private final RequestReader reader;
    private final Bodies bodies;
    private final HttpSettings.Timing timing;

    TickCall(Ticks ticks, RequestReader reader, Bodies bodies, HttpSettings.Timing timing) {
        this.ticks = ticks;
        this.reader = reader;
        this.bodies = bodies;
        this.timing = timing;
    }

    CompletionStage<HttpResponse> tick(Call call) {
        Deadlines.extend(call.request());
        return bodies.receive(call.request(), body -> {
            JsonObject json = body.length == 0 ? JsonObject.empty() : JsonObject.parse(body, RequestReader.TICK);
            return ticks.tick(reader.now(json)).thenApply(answer -> Answers.json(Json.tick(answer, timing)));
        });
    }
}

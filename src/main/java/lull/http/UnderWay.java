package lull.http;

import akka.Done;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Connection;
import akka.stream.javadsl.Flow;
import akka.util.ByteString;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The requests under way, so that the server can wait for them before it ends. Akka HTTP's own end cuts every connection whose answer
 * has begun, and takes an answer for sent when it has left the handler.
 */
final class UnderWay {

    private static final HttpHeader CLOSE = Connection.create("close");

    private final AtomicInteger count = new AtomicInteger();
    private final CompletableFuture<Done> none = new CompletableFuture<>();
    private volatile boolean sendingAway;
    private volatile boolean ending;

    /** Counts a request until its answer has been handed over whole. Its answer must not fail. */
    CompletionStage<HttpResponse> track(CompletionStage<HttpResponse> answer) {
        count.incrementAndGet();
        return answer.thenApply(response -> {
            HttpResponse tracked = response;
            if (response.entity().isStrict()) {
                done();
            } else {
                tracked = response.transformEntityDataBytes(
                        Flow.of(ByteString.class).watchTermination((mat, termination) -> {
                            termination.whenComplete((done, failure) -> done());
                            return mat;
                        }));
            }
            return sendingAway ? tracked.addHeader(CLOSE) : tracked;
        });
    }

    private void done() {
        if (count.decrementAndGet() == 0 && ending) {
            none.complete(Done.getInstance());
        }
    }

    /** From now on each connection is closed behind its next answer. */
    void sendAway() {
        sendingAway = true;
    }

    /** From now on nothing new is to be waited for. */
    void end() {
        ending = true;
        if (count.get() == 0) {
            none.complete(Done.getInstance());
        }
    }

    /** Completes when nothing is under way after the {@link #end}, or after this time. */
    CompletionStage<Done> none(Duration longest) {
        return none.copy().completeOnTimeout(Done.getInstance(), longest.toMillis(), TimeUnit.MILLISECONDS);
    }
}

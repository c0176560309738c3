package lull.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RequestEntity;
import akka.http.scaladsl.model.EntityStreamSizeException;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import akka.util.ByteString;
import akka.util.ByteStringBuilder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Receives the bodies of requests, within limits. */
final class Bodies {

    /** The most bytes of one message. */
    static final int LIMIT = 64 * 1024;

    /**
     * How much of a body that nobody wants is read away before its answer is sent: a client that still writes would meet a
     * connection reset in place of the answer. Beyond it the connection is cut. Nothing of it is kept.
     */
    private static final int READ_AWAY = 32 * 1024 * 1024;

    /** A body must be complete by then. */
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final Materializer materializer;

    Bodies(Materializer materializer) {
        this.materializer = materializer;
    }

    /**
     * Hands the whole body on. Throws before anything of it is read; fails after.
     *
     * @throws Problem.Refused if it is not JSON by its headers, or is declared longer than {@link #LIMIT}
     */
    CompletionStage<HttpResponse> receive(
            HttpRequest request, Function<byte[], CompletionStage<HttpResponse>> handler) {
        RequestEntity entity = request.entity();
        if (!entity.isKnownEmpty()) {
            checkType(request, "application/json", "json");
        }
        if (entity.getContentLengthOption().orElse(0) > LIMIT) {
            throw tooLong().refused();
        }
        if (entity instanceof HttpEntity.Strict strict) {
            return handler.apply(strict.getData().toArrayUnsafe());
        }
        return collect(entity).thenCompose(handler);
    }

    /** @throws Problem.Refused if the headers say that the body is of another type or is compressed */
    static void checkType(HttpRequest request, String expected, String... subTypes) {
        ContentType type = request.entity().getContentType();
        if (!saysNothing(type) && !isOneOf(type, subTypes)) {
            throw unsupported("Content-Type", type.toString(), expected).refused();
        }
        for (HttpHeader header : request.getHeaders()) {
            // One that Akka HTTP understood would not be among the headers any more.
            if (header.is("content-type")) {
                throw unsupported("Content-Type", header.value(), expected).refused();
            }
            if (header.is("content-encoding") && !header.value().equalsIgnoreCase("identity")) {
                throw unsupported("Content-Encoding", header.value(), "a body that is not compressed")
                        .refused();
            }
        }
    }

    /** Akka HTTP gives a body of no declared type the first of these, and {@code curl -d} whatever it is told nothing about the second. */
    private static boolean saysNothing(ContentType type) {
        return type.equals(ContentTypes.APPLICATION_OCTET_STREAM) || isOneOf(type, "x-www-form-urlencoded");
    }

    private static Problem unsupported(String header, String value, String expected) {
        return Problem.of(415, header, Problem.quote(value) + " is not taken here", expected);
    }

    private static boolean isOneOf(ContentType type, String... subTypes) {
        if (!type.mediaType().isApplication()
                || type.getCharsetOption()
                        .map(it -> !it.value().equalsIgnoreCase("UTF-8"))
                        .orElse(false)) {
            return false;
        }
        for (String subType : subTypes) {
            if (type.mediaType().subType().equalsIgnoreCase(subType)) {
                return true;
            }
        }
        return false;
    }

    /** Answers once the body is out of the way, of a request that was refused before it was read. */
    CompletionStage<HttpResponse> readAway(HttpRequest request, HttpResponse answer) {
        if (request.entity().isStrict() || isAsking(request)) {
            return CompletableFuture.completedFuture(answer);
        }
        return request.entity()
                .withSizeLimit(READ_AWAY)
                .getDataBytes()
                .completionTimeout(WITHIN)
                .runWith(Sink.ignore(), materializer)
                .handle((done, failure) -> answer);
    }

    /** True if the client holds its body back until it is told to go on. */
    private static boolean isAsking(HttpRequest request) {
        for (HttpHeader header : request.getHeaders()) {
            if (header.is("expect")) {
                return true;
            }
        }
        return false;
    }

    private CompletionStage<byte[]> collect(RequestEntity entity) {
        return entity.withSizeLimit(READ_AWAY)
                .getDataBytes()
                .completionTimeout(WITHIN)
                .runFold(new Received(), Received::add, materializer)
                .handle((received, failure) -> {
                    if (failure == null) {
                        return received.bytes();
                    }
                    if (failure instanceof EntityStreamSizeException) {
                        throw tooLong().refused();
                    }
                    if (failure instanceof TimeoutException) {
                        throw Problem.of(408, "body", "it did not come in time", "the whole body within " + WITHIN)
                                .refused();
                    }
                    throw new CompletionException(failure);
                });
    }

    static Problem tooLong() {
        return Problem.of(413, "body", "it is too long", "at most " + LIMIT + " bytes");
    }

    /** What has come of a body so far: no more than the limit is kept. */
    private static final class Received {
        private final ByteStringBuilder kept = ByteString.createBuilder();
        private long length;

        Received add(ByteString part) {
            length += part.size();
            if (length <= LIMIT) {
                kept.append(part);
            }
            return this;
        }

        byte[] bytes() {
            if (length > LIMIT) {
                throw tooLong().refused();
            }
            return kept.result().toArrayUnsafe();
        }
    }
}

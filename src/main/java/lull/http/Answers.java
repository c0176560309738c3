package lull.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.util.List;

/** Builds responses: media types and headers, nothing about what is in them. */
final class Answers {

    static final ContentType.WithFixedCharset PROBLEM = MediaTypes.applicationWithFixedCharset(
                    "problem+json", HttpCharsets.UTF_8)
            .toContentType();
    static final ContentType.WithFixedCharset NDJSON = MediaTypes.applicationWithFixedCharset(
                    "x-ndjson", HttpCharsets.UTF_8)
            .toContentType();
    static final ContentType.WithFixedCharset YAML =
            MediaTypes.applicationWithFixedCharset("yaml", HttpCharsets.UTF_8).toContentType();

    /** The answer is that of an earlier request with the same id. */
    static final HttpHeader REPLAYED = RawHeader.create("Idempotent-Replayed", "true");

    private static final HttpHeader RETRY_AFTER = RawHeader.create("Retry-After", "1");

    private Answers() {}

    static HttpResponse json(byte[] body) {
        return HttpResponse.create()
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, ByteString.fromArrayUnsafe(body)));
    }

    static HttpResponse yaml(ByteString body) {
        return HttpResponse.create().withEntity(HttpEntities.create(YAML, body));
    }

    static HttpResponse notModified(long sequence) {
        return HttpResponse.create().withStatus(304).addHeader(entityTag(sequence));
    }

    /** A failing source cuts the connection, so that a truncated answer never looks like a whole one. */
    static HttpResponse stream(ContentType type, Source<ByteString, ?> body) {
        return HttpResponse.create().withEntity(HttpEntities.createChunked(type, body));
    }

    static HttpResponse problem(Problem problem) {
        HttpResponse response = HttpResponse.create()
                .withStatus(problem.status())
                .withEntity(HttpEntities.create(PROBLEM, ByteString.fromArrayUnsafe(Json.problem(problem))));
        return problem.status() == 503 ? response.addHeader(RETRY_AFTER) : response;
    }

    static HttpResponse methodNotAllowed(List<String> allowed) {
        String allow = String.join(", ", allowed);
        return problem(Problem.of(405, "method", "this path does not know that method", "one of: " + allow))
                .addHeader(RawHeader.create("Allow", allow));
    }

    static HttpHeader entityTag(long sequence) {
        return RawHeader.create("ETag", "\"" + sequence + '"');
    }
}

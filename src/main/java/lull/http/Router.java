package lull.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.Uri;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the call that a request is for, and sees to it that every request is answered. */
final class Router {

    /** A request that has found its call. */
    record Call(HttpRequest request, String key, Query query) {}

    /** Answers a call. May throw or fail with {@link Problem.Refused}. */
    interface Handler {
        CompletionStage<HttpResponse> answer(Call call);
    }

    /**
     * @param template path, with a part in braces for the key of a conversation
     * @param query names of the query parameters
     */
    record Route(String method, String template, Set<String> query, Handler handler) {}

    private static final String KEY = "{key}";

    private static final Pattern DOT_SEGMENT = Pattern.compile("^[^?]*/(?:\\.|%2[eE]){1,2}(?:[/?]|$)");

    private record Path(List<String> segments, Map<String, Route> methods) {

        boolean matches(List<String> requested) {
            if (requested.size() != segments.size()) {
                return false;
            }
            for (int i = 0; i < requested.size(); i++) {
                String segment = segments.get(i);
                if (!segment.equals(KEY) && !segment.equals(requested.get(i))) {
                    return false;
                }
            }
            return true;
        }

        String key(List<String> requested) {
            int at = segments.indexOf(KEY);
            return at < 0 ? "" : requested.get(at);
        }

        List<String> allowed() {
            return methods.keySet().stream()
                    .flatMap(it -> it.equals("GET") ? Stream.of("GET", "HEAD") : Stream.of(it))
                    .toList();
        }
    }

    private final List<Path> paths;
    private final Bodies bodies;

    Router(List<Route> routes, Bodies bodies) {
        Map<String, Path> byTemplate = new LinkedHashMap<>();
        for (Route route : routes) {
            byTemplate
                    .computeIfAbsent(
                            route.template(),
                            it -> new Path(List.of(it.substring(1).split("/")), new LinkedHashMap<>()))
                    .methods()
                    .put(route.method(), route);
        }
        this.paths = List.copyOf(byTemplate.values());
        this.bodies = bodies;
    }

    CompletionStage<HttpResponse> answer(HttpRequest request) {
        CompletionStage<HttpResponse> answer;
        try {
            Deadlines.answerInOurWords(request);
            answer = dispatch(request);
        } catch (RuntimeException e) {
            return bodies.readAway(request, Answers.problem(Failures.problem(request, e)));
        }
        return answer.exceptionally(failure -> Answers.problem(Failures.problem(request, failure)));
    }

    private CompletionStage<HttpResponse> dispatch(HttpRequest request) {
        refuseDotSegments(request);
        List<String> segments = segments(request.getUri().asScala().path());
        for (Path path : paths) {
            if (path.matches(segments)) {
                HttpMethod method = request.method();
                Route route = path.methods().get(method.value());
                if (route == null) {
                    return bodies.readAway(request, Answers.methodNotAllowed(path.allowed()));
                }
                return route.handler().answer(new Call(request, path.key(segments), Query.of(request, route.query())));
            }
        }
        throw Problem.of(404, "path", "there is nothing at this path", "a path of /openapi.yaml")
                .refused();
    }

    /** Akka HTTP has taken them out of the path by now, so that the key {@code %2e%2e} would make one call into another. */
    private static void refuseDotSegments(HttpRequest request) {
        for (HttpHeader header : request.getHeaders()) {
            if (header.is("raw-request-uri")
                    && DOT_SEGMENT.matcher(header.value()).find()) {
                throw Problem.bad("path", "it has a part that is . or .., as no key can be", "a path without them")
                        .refused();
            }
        }
    }

    /**
     * What is between the slashes, decoded; empty where two slashes meet or the last one ends the path. (Akka's own list leaves empty
     * segments out: a missing key would make one path into another.)
     */
    private static List<String> segments(Uri.Path path) {
        List<String> segments = new ArrayList<>(6);
        Uri.Path rest = path;
        while (rest.startsWithSlash()) {
            rest = rest.tail();
            if (rest.startsWithSegment()) {
                segments.add((String) rest.head());
                rest = rest.tail();
            } else {
                segments.add("");
            }
        }
        return segments;
    }
}

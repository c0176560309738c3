package lull.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.scaladsl.model.IllegalUriException;
import akka.japi.Pair;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The query of a request: each parameter known and given once. */
final class Query {

    /** JSON readers keep whole numbers exact up to here, and no journal comes near it. */
    private static final long LAST_POSITION = (1L << 53) - 1;

    private static final Query EMPTY = new Query(Map.of());

    private final Map<String, String> parameters;

    private Query(Map<String, String> parameters) {
        this.parameters = parameters;
    }

    /** @throws Problem.Refused naming the parameter that is not known or is given twice */
    static Query of(HttpRequest request, Set<String> known) {
        if (request.getUri().rawQueryString().isEmpty()) {
            return EMPTY;
        }
        Map<String, String> parameters = new HashMap<>();
        for (Pair<String, String> parameter : pairs(request)) {
            String name = parameter.first();
            if (!known.contains(name)) {
                String quoted = Problem.quote(name);
                throw Problem.bad(
                                quoted.substring(1, quoted.length() - 1),
                                "this call has no such query parameter",
                                known.isEmpty()
                                        ? "no query"
                                        : "one of: "
                                                + String.join(
                                                        ", ",
                                                        known.stream().sorted().toList()))
                        .refused();
            }
            if (parameters.put(name, parameter.second()) != null) {
                throw Problem.bad(name, "it is given twice", "each query parameter once")
                        .refused();
            }
        }
        return new Query(parameters);
    }

    private static Iterable<Pair<String, String>> pairs(HttpRequest request) {
        try {
            return request.getUri().query().toList();
        } catch (IllegalUriException e) {
            throw Problem.bad("query", "it cannot be read", "name=value pairs with & between them, percent-encoded")
                    .refused();
        }
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /** A whole number from {@code least} to {@code most}. */
    int number(String name, int least, int most, int otherwise) {
        return get(name).map(it -> (int) whole(name, it, least, most)).orElse(otherwise);
    }

    /** A place in the journal; 0, the place before the first entry, if it is not given. */
    long position(String name) {
        return get(name).map(it -> whole(name, it, 0, LAST_POSITION)).orElse(0L);
    }

    private static long whole(String name, String text, long least, long most) {
        if (text.matches("\\d{1,16}")) {
            long number = Long.parseLong(text);
            if (least <= number && number <= most) {
                return number;
            }
        }
        throw Problem.bad(name, Problem.quote(text) + " will not do", "a whole number from " + least + " to " + most)
                .refused();
    }
}

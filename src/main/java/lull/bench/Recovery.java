package lull.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** A long conversation that has left memory and is asked for. */
final class Recovery implements Measurement {

    private static final int MESSAGES = 10_000;
    private static final int TIMES = 11;
    private static final int OTHERS = 400;
    private static final String KEY = "long-0";

    @Override
    public Set<String> names() {
        return Set.of("recovery");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        // So few places in memory that a few others push it out.
        NodeSettings settings = NodeSettings.service().with("lull.resident-conversations", "100");
        try (Subject node = bench.start(settings)) {
            bench.say("recovery: writing a conversation of 10,000 messages");
            Workbench.prepare(MESSAGES, i -> Workbench.send(node, KEY, i));
            Workbench.quiet(node);
            long events = Workbench.count(
                    node,
                    "select sequence from conversation where id = ?",
                    Workbench.id(KEY).entityId());
            HttpClient client = HttpClient.newHttpClient();
            HttpRequest get = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + node.httpPort() + "/v1/conversations/" + KEY))
                    .build();
            List<Double> all = new ArrayList<>();
            for (int i = 0; i < TIMES; i++) {
                pushOut(node, "others-" + i);
                long start = System.nanoTime();
                HttpResponse<String> answer = client.send(get, HttpResponse.BodyHandlers.ofString());
                all.add((System.nanoTime() - start) / 1e6);
                WrongCount.unlessEqual("status", 200, answer.statusCode());
                WrongCount.unlessEqual(
                        "sequence",
                        "\"" + events + "\"",
                        answer.headers().firstValue("ETag").orElse(""));
            }
            all.remove(0); // its code ran for the first time
            String how = "GET of a conversation of " + String.format(Locale.ROOT, "%,d", MESSAGES)
                    + " messages that is not in memory";
            all.forEach(it -> bench.figures().add("recovery of a long conversation", "ms", it, how));
            bench.say("recovery: " + all.stream().map(Figure::text).toList() + " ms");
        }
    }

    private static void pushOut(Subject node, String others) {
        Workbench.prepare(OTHERS, i -> node.conversations().get(Workbench.id(Traffic.key(others, i))));
        Instant limit = Instant.now().plusSeconds(20);
        while (node.resident().contains(Workbench.id(KEY).entityId())) {
            WrongCount.unless(Instant.now().isBefore(limit), "the conversation does not leave memory");
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}

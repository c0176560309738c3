package lull.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import lull.domain.Authority;
import lull.domain.Conversation;
import lull.domain.ConversationEvent;
import lull.domain.ConversationEvent.Transition;
import lull.domain.Direction;
import lull.domain.Policy;
import lull.domain.Request;
import lull.domain.State;

/**
 * The public HTTP API of a node with the external clock, in memory, failing as often as it is told to. It knows the file that is replayed
 * to it, and notes every request that the rules of replay forbid:
 *
 * <ul>
 *   <li>a line that is not the next one of its conversation in the file, or that comes while the one before is not answered;
 *   <li>a tick whose {@code now} is later than the {@code at} of any line of the file, up to the horizon, that has not been answered by
 *       then. This has no exception: also a line that is late by the order of the file holds time back until it is answered;
 *   <li>a second tick while one is under way, and a tick that does not move time (but for the first, the last, and repetitions of an
 *       unanswered one).
 * </ul>
 */
final class FakeNode implements AutoCloseable {

    /**
     * How it fails, as shares of the requests.
     *
     * @param busy answered 503, 500, 502 or 504; nothing done
     * @param cutBefore connection cut; nothing done
     * @param cutAfter done, and connection cut before or within the answer
     * @param slow answered late, so that later requests overtake
     */
    record Faults(double busy, double cutBefore, double cutAfter, double slow) {
        static final Faults NONE = new Faults(0, 0, 0, 0);
        static final Faults MANY = new Faults(0.05, 0.03, 0.05, 0.5);
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant OBSERVED = Instant.parse("2026-11-22T00:00:00Z");

    private final Policy policy;
    private final Faults faults;
    private final SplittableRandom random;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(8);
    private HttpServer server;

    // What the file holds, and how far it has been answered.
    private final Map<String, List<Line>> expected = new HashMap<>();
    private final Map<String, Integer> answered = new HashMap<>();
    private final Map<String, Integer> answeredInLife = new HashMap<>();
    private final Set<String> underWay = new HashSet<>();
    private final TreeMap<Instant, Integer> outstanding = new TreeMap<>();
    private final Map<Line, String> madeUpIds = new IdentityHashMap<>();

    // What a node holds.
    private final Map<String, Conversation> conversations = new HashMap<>();
    private final List<String> journal = new ArrayList<>();
    private final List<Transition> transitions = new ArrayList<>();

    private final List<String> violations = new ArrayList<>();
    private final List<Instant> ticks = new ArrayList<>();
    private Optional<Instant> unansweredTick = Optional.empty();
    private int lastTickInLife;
    private boolean tickUnderWay;
    private boolean alive;
    private int life;
    private int requests;
    private int lostAnswers;
    private int lines;
    private int linesDuringTicks;
    private String clock = "external";
    private Optional<String> refused = Optional.empty();
    private int stalls;
    private int cutTransitions;
    private boolean lastTickFailsOnce;

    FakeNode(List<Line> file, Optional<Instant> horizon, Policy policy, Faults faults, long seed) throws IOException {
        this.policy = policy;
        this.faults = faults;
        this.random = new SplittableRandom(seed);
        for (Line line : file) {
            if (horizon.isEmpty() || !line.at().isAfter(horizon.get())) {
                expected.computeIfAbsent(line.conversation(), key -> new ArrayList<>())
                        .add(line);
                outstanding.merge(line.at(), 1, Integer::sum);
            }
        }
        start(0);
    }

    FakeNode systemClock() {
        clock = "system";
        return this;
    }

    /** The message of this id is refused with 400. */
    FakeNode refusing(String messageId) {
        refused = Optional.of(messageId);
        return this;
    }

    /** So many answers stop in the middle, the connection staying open. */
    FakeNode stalling(int times) {
        stalls = times;
        return this;
    }

    /** So many answers to the question for transitions are cut. */
    FakeNode cuttingTransitions(int times) {
        cutTransitions = times;
        return this;
    }

    FakeNode failingOneConversationAtFirst() {
        lastTickFailsOnce = true;
        return this;
    }

    private synchronized void start(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 256);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        alive = true;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** As after kill -9: every connection is cut, what was done stays. */
    void kill() {
        synchronized (this) {
            alive = false;
            life++;
            underWay.clear();
            tickUnderWay = false;
        }
        server.stop(0);
    }

    /** True for a request that has reached the life it was sent to. */
    private boolean lives(HttpExchange exchange) {
        return alive && exchange.getHttpContext().getServer() == server;
    }

    void startAgain() throws IOException {
        start(server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized List<Instant> ticks() {
        return List.copyOf(ticks);
    }

    synchronized int requests() {
        return requests;
    }

    synchronized int lines() {
        return lines;
    }

    synchronized int lostAnswers() {
        return lostAnswers;
    }

    synchronized int linesDuringTicks() {
        return linesDuringTicks;
    }

    private enum Fate {
        FINE,
        BUSY,
        CUT_BEFORE,
        CUT_AFTER
    }

    private Fate fate() {
        double dice = random.nextDouble();
        if (dice < faults.busy) {
            return Fate.BUSY;
        }
        if (dice < faults.busy + faults.cutBefore) {
            return Fate.CUT_BEFORE;
        }
        return dice < faults.busy + faults.cutBefore + faults.cutAfter ? Fate.CUT_AFTER : Fate.FINE;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String path = exchange.getRequestURI().getRawPath();
        try {
            if (path.equals("/v1/ticks")) {
                tick(exchange, body);
            } else if (path.equals("/v1/transitions")) {
                transitions(exchange);
            } else {
                line(exchange, path, body);
            }
        } catch (RuntimeException e) {
            synchronized (this) {
                violations.add("broken request " + path + " " + body + ": " + e);
            }
            exchange.close();
        }
    }

    private void line(HttpExchange exchange, String path, String body) throws IOException {
        String[] segments = path.split("/");
        String key = URLDecoder.decode(segments[3].replace("+", "%2B"), StandardCharsets.UTF_8);
        JsonNode json = JSON.readTree(body);
        Fate fate;
        Answer answer;
        long delay;
        int began;
        synchronized (this) {
            if (!lives(exchange)) {
                exchange.close();
                return;
            }
            requests++;
            lines++;
            began = life;
            linesDuringTicks += tickUnderWay ? 1 : 0;
            boolean mayCome = arrives(key, segments[4], json);
            fate = mayCome ? fate() : Fate.FINE;
            if (refused.isPresent() && json.path("messageId").asText().equals(refused.get())) {
                underWay.remove(key);
                answer = new Answer(
                        400,
                        "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
                                + "\"detail\":\"at is too early\",\"field\":\"/at\",\"expected\":\"1970 or later\"}",
                        false);
                fate = Fate.FINE;
            } else if (fate == Fate.FINE || fate == Fate.CUT_AFTER) {
                answer = decide(key, segments[4], json);
            } else {
                answer = new Answer(
                        List.of(503, 503, 500, 502, 504).get(random.nextInt(5)), "{\"title\":\"busy\"}", false);
            }
            if (stalls > 0 && fate == Fate.FINE) {
                stalls--;
                underWay.remove(key);
                exchange.sendResponseHeaders(200, 100); // and never the body
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                return;
            }
            delay = random.nextDouble() < faults.slow ? random.nextInt(3_000) : 0;
        }
        Fate decided = fate;
        Runnable rest = () -> {
            try {
                finish(exchange, key, decided, answer, began);
            } catch (RuntimeException e) {
                synchronized (this) {
                    if (began == life) {
                        violations.add("could not answer " + body + ": " + e);
                    }
                }
            }
        };
        if (delay == 0) {
            rest.run();
        } else {
            threads.schedule(rest, delay, TimeUnit.MICROSECONDS);
        }
    }

    /** True if it is the line that must come now. */
    private boolean arrives(String key, String action, JsonNode json) {
        List<Line> ofConversation = expected.getOrDefault(key, List.of());
        int next = answered.getOrDefault(key, 0);
        if (!underWay.add(key)) {
            violations.add(key + ": a line came while another was under way: " + json);
            return false;
        }
        if (next < ofConversation.size() && isSame(ofConversation.get(next), action, json)) {
            return true;
        }
        // An answer that was sent when the node died may never have arrived.
        boolean diedMeanwhile = next > 0 && answeredInLife.getOrDefault(key, 0) < life;
        if (diedMeanwhile && isSame(ofConversation.get(next - 1), action, json)) {
            answered.put(key, next - 1);
            outstanding.merge(ofConversation.get(next - 1).at(), 1, Integer::sum);
            return true;
        }
        violations.add(key + ": line " + next + " of the conversation was to come, but came " + json);
        return false;
    }

    private boolean isSame(Line line, String action, JsonNode json) {
        String id = json.path("messageId").asText();
        boolean idFits = line.messageId()
                .map(id::equals)
                .orElseGet(() -> id.equals(madeUpIds.computeIfAbsent(line, it -> id)) && id.startsWith("replay-line-"));
        boolean kindFits = action.equals(line instanceof Line.Close ? "close" : "messages");
        return idFits
                && kindFits
                && line.at().equals(Instant.parse(json.path("at").asText()));
    }

    private record Answer(int status, String body, boolean repeated) {}

    private Answer decide(String key, String action, JsonNode json) {
        Request request = request(action, json);
        Conversation before = conversations.getOrDefault(key, Conversation.NEW);
        Conversation.Decision decision = before.decide(request, policy, OBSERVED);
        store(key, before, decision.events());
        lull.domain.Answer answer = decision.answer();
        int status = answer.accepted() ? 200 : answer.state() == null ? 404 : 409;
        return new Answer(status, "{\"state\":\"" + answer.state() + "\"}", decision.repeated());
    }

    private void store(String key, Conversation before, List<ConversationEvent> events) {
        conversations.put(key, before.applyAll(events));
        for (ConversationEvent event : events) {
            if (event instanceof Transition transition) {
                transitions.add(transition);
                journal.add(json(key, transition, 4096L * journal.size() + 5000));
            }
        }
    }

    private static String json(String key, Transition it, long sequence) {
        return JSON.createObjectNode()
                .put("conversation", key)
                .put("session", it.session())
                .put("from", it.from().map(State::wireName).orElse(null))
                .put("to", it.to().wireName())
                .put("at", it.at().toString())
                .put("reason", it.cause())
                .put("observedAt", it.observedAt().toString())
                .put("sequence", sequence)
                .toString();
    }

    static Request request(String action, JsonNode json) {
        Instant at = Instant.parse(json.path("at").asText());
        if (action.equals("close")) {
            Authority by = Authority.valueOf(json.path("by").asText().toUpperCase(java.util.Locale.ROOT));
            return new Request.Closing(
                    Optional.of(json.path("messageId").asText()),
                    at,
                    State.CLOSED,
                    by,
                    Optional.ofNullable(json.path("reason").textValue()));
        }
        Direction direction =
                json.path("direction").asText().equals("inbound") ? Direction.INBOUND : Direction.OUTBOUND;
        return new Request.Message(
                json.path("messageId").asText(),
                at,
                direction,
                Optional.ofNullable(json.path("from").textValue()));
    }

    private void finish(HttpExchange exchange, String key, Fate fate, Answer answer, int began) {
        boolean half;
        synchronized (this) {
            if (began != life) {
                return; // this life is over, and with it the connection
            }
            underWay.remove(key);
            half = random.nextBoolean();
            if (fate == Fate.CUT_AFTER) {
                lostAnswers++;
            } else if (fate == Fate.FINE && answer.status != 400) {
                int line = answered.merge(key, 1, Integer::sum) - 1;
                answeredInLife.put(key, life);
                Instant at = expected.get(key).get(line).at();
                outstanding.compute(at, (it, count) -> count == 1 ? null : count - 1);
            }
        }
        switch (fate) {
            case CUT_BEFORE -> exchange.close();
            case CUT_AFTER -> cut(exchange, answer, half);
            case BUSY, FINE -> send(exchange, answer, fate == Fate.BUSY);
        }
    }

    private static void cut(HttpExchange exchange, Answer answer, boolean half) {
        try {
            if (half) {
                exchange.sendResponseHeaders(answer.status, answer.body.length());
                exchange.getResponseBody().write(answer.body.getBytes(StandardCharsets.UTF_8), 0, 3);
                exchange.getResponseBody().flush();
            }
        } catch (IOException e) {
            // It is to be cut anyway.
        }
        exchange.close();
    }

    private static void send(HttpExchange exchange, Answer answer, boolean busy) {
        try {
            byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
            if (answer.repeated) {
                exchange.getResponseHeaders().add("Idempotent-Replayed", "true");
            }
            if (busy) {
                exchange.getResponseHeaders().add("Retry-After", "0");
            }
            exchange.sendResponseHeaders(answer.status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            exchange.close();
        }
    }

    private void tick(HttpExchange exchange, String body) throws IOException {
        Instant now = Instant.parse(JSON.readTree(body).path("now").asText());
        Fate fate;
        int began;
        int due = 0;
        int failed = 0;
        synchronized (this) {
            if (!lives(exchange)) {
                exchange.close();
                return;
            }
            requests++;
            began = life;
            if (tickUnderWay) {
                violations.add("a tick at " + now + " came while another was under way");
            }
            tickUnderWay = true;
            if (!outstanding.isEmpty() && now.isAfter(outstanding.firstKey())) {
                violations.add("a tick at " + now + " passed an unanswered line at " + outstanding.firstKey());
            }
            Instant last = ticks.isEmpty() ? Instant.MIN : ticks.get(ticks.size() - 1);
            boolean diedMeanwhile = now.equals(last) && lastTickInLife < life;
            boolean repeats = unansweredTick.equals(Optional.of(now)) || diedMeanwhile;
            boolean moves = now.isAfter(last) || outstanding.isEmpty();
            if (!repeats && !moves) {
                violations.add("a tick at " + now + " does not move time");
            }
            fate = fate();
            if (fate == Fate.FINE || fate == Fate.CUT_AFTER) {
                for (String key : List.copyOf(conversations.keySet())) {
                    Conversation before = conversations.get(key);
                    List<ConversationEvent> events = before.advance(now, OBSERVED);
                    if (!events.isEmpty() && lastTickFailsOnce && outstanding.isEmpty()) {
                        lastTickFailsOnce = false;
                        failed++;
                    } else {
                        due += events.isEmpty() ? 0 : 1;
                        store(key, before, events);
                    }
                }
            }
            unansweredTick = fate == Fate.FINE ? Optional.empty() : Optional.of(now);
            if (fate == Fate.FINE) {
                ticks.add(now);
                lastTickInLife = life;
            }
        }
        Answer answer = fate == Fate.BUSY
                ? new Answer(503, "{\"title\":\"busy\"}", false)
                : new Answer(
                        200,
                        "{\"now\":\"" + now + "\",\"clock\":\"" + clock + "\",\"slices\":16,\"due\":" + due
                                + ",\"transitioned\":" + due + ",\"failed\":" + failed + "}",
                        false);
        Fate decided = fate;
        threads.schedule(
                () -> {
                    synchronized (this) {
                        if (began != life) {
                            return;
                        }
                        tickUnderWay = false;
                    }
                    switch (decided) {
                        case CUT_BEFORE -> exchange.close();
                        case CUT_AFTER -> cut(exchange, answer, true);
                        case BUSY, FINE -> send(exchange, answer, decided == Fate.BUSY);
                    }
                },
                faults.slow > 0 ? 2 : 0,
                TimeUnit.MILLISECONDS);
    }

    private void transitions(HttpExchange exchange) throws IOException {
        long after = Long.parseLong(exchange.getRequestURI().getQuery().substring("after=".length()));
        StringBuilder text = new StringBuilder();
        int cut;
        synchronized (this) {
            requests++;
            for (int i = 0; i < journal.size(); i++) {
                if (4096L * i + 5000 > after) {
                    text.append(journal.get(i)).append('\n');
                }
            }
            cut = cutTransitions > 0 && text.length() > 0 ? cutTransitions-- : 0;
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        // In turn: the connection breaks in a line; the answer ends early in a line, or after one, as if it were
        // complete.
        int until = cut == 0 ? bytes.length : bytes.length * 2 / 3;
        if (cut % 3 == 1) {
            until = text.lastIndexOf("\n", until) + 1;
        }
        exchange.sendResponseHeaders(200, cut % 3 == 2 ? bytes.length : 0);
        try {
            exchange.getResponseBody().write(bytes, 0, until);
            exchange.getResponseBody().flush();
        } finally {
            exchange.close();
        }
    }
}

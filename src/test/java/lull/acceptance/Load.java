package lull.acceptance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * People who talk, whatever becomes of the node: messages at an even rate over some conversations, each with one request
 * under way at most. What is not acknowledged is sent again, with its id, before the conversation goes on. Beside it come
 * the requests of people who only look.
 */
final class Load implements AutoCloseable {

    /** What a request is about. */
    enum Kind {
        MESSAGE,
        CLOSE,
        LOOK
    }

    /**
     * One request and what came of it.
     *
     * @param answer empty: none came, and {@code failure} says why
     */
    record Sent(Kind kind, String what, Instant begun, Instant ended, Optional<Http.Answer> answer, String failure) {
        Duration took() {
            return Duration.between(begun, ended);
        }

        int status() {
            return answer.map(Http.Answer::status).orElse(0);
        }

        /** Nothing would come of sending it again. */
        boolean settled() {
            return status() / 100 == 2 || status() == 409;
        }

        @Override
        public String toString() {
            return kind + " " + what + " begun " + begun + " took " + took() + " status " + status() + " " + failure
                    + answer.map(it -> it.ok() ? "" : it.body()).orElse("");
        }
    }

    /** A message that somebody has written, and whether the node has acknowledged it. */
    private record Written(Kind kind, String messageId, String json) {}

    private final class Talk {
        private final String key;
        private Optional<Written> unsettled = Optional.empty();
        private int written;

        private Talk(String key) {
            this.key = key;
        }

        private Written next() {
            if (unsettled.isEmpty()) {
                unsettled = Optional.of(write());
            }
            return unsettled.get();
        }

        private Written write() {
            String id = key + "-" + ++written;
            if (random.nextInt(100) < percentOfCloses) {
                return new Written(Kind.CLOSE, id, "{\"messageId\":\"" + id + "\",\"by\":\"agent\"}");
            }
            String direction = random.nextInt(3) == 0 ? "outbound" : "inbound";
            return new Written(Kind.MESSAGE, id, "{\"messageId\":\"" + id + "\",\"direction\":\"" + direction + "\"}");
        }
    }

    private final Http http = new Http();
    private final RunningNode first;
    private final int percentOfCloses;
    private final Random random;
    private final List<Talk> idle = new ArrayList<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final ExecutorService people;
    private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor();
    private volatile boolean goingOn = true;

    /** @param node where to send; a node that comes after it must have its port */
    Load(RunningNode node, int conversations, int percentOfCloses, long seed) {
        this.first = node;
        this.percentOfCloses = percentOfCloses;
        this.random = new Random(seed);
        this.people = Executors.newFixedThreadPool(conversations + 50);
        for (int i = 0; i < conversations; i++) {
            idle.add(new Talk("k" + i));
        }
    }

    Load messagesPerSecond(int rate) {
        beat.scheduleAtFixedRate(this::talk, 0, 1_000_000 / rate, TimeUnit.MICROSECONDS);
        return this;
    }

    /** A look at each of some places, again and again. */
    Load looksAt(URI place, Duration every) {
        beat.scheduleWithFixedDelay(() -> look(place), 0, every.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    private void look(URI place) {
        if (goingOn) {
            people.execute(() -> send(Kind.LOOK, place.toString(), () -> http.get(place)));
        }
    }

    private void talk() {
        Talk talk;
        synchronized (this) {
            if (idle.isEmpty()) {
                return; // everybody waits for an answer
            }
            int chosen = random.nextInt(idle.size());
            if (!goingOn) {
                chosen = unsettled();
                if (chosen < 0) {
                    return;
                }
            }
            Collections.swap(idle, chosen, idle.size() - 1);
            talk = idle.remove(idle.size() - 1);
            underWay.incrementAndGet();
        }
        people.execute(() -> say(talk));
    }

    private int unsettled() {
        for (int i = 0; i < idle.size(); i++) {
            if (idle.get(i).unsettled.isPresent()) {
                return i;
            }
        }
        return -1;
    }

    private void say(Talk talk) {
        Written next;
        synchronized (this) {
            next = talk.next();
        }
        URI uri = first.api("/v1/conversations/" + talk.key + (next.kind == Kind.CLOSE ? "/close" : "/messages"));
        Sent result = send(next.kind, next.messageId, () -> http.post(uri, next.json));
        synchronized (this) {
            // A close of what has never begun is refused for good as well.
            if (result.settled() || next.kind == Kind.CLOSE && result.status() == 404) {
                talk.unsettled = Optional.empty();
                if (result.settled()) {
                    acknowledged.add(next.messageId);
                }
            }
            idle.add(talk);
            underWay.decrementAndGet();
        }
    }

    private interface Request {
        Http.Answer send() throws IOException;
    }

    private Sent send(Kind kind, String what, Request request) {
        Instant begun = Instant.now();
        Optional<Http.Answer> answer = Optional.empty();
        String failure = "";
        try {
            answer = Optional.of(request.send());
        } catch (IOException e) {
            failure = e.toString();
        }
        Sent result = new Sent(kind, what, begun, Instant.now(), answer, failure);
        sent.add(result);
        return result;
    }

    /** No more new messages; what was written and not acknowledged is sent until it is. */
    void finish(Duration atMost) {
        goingOn = false;
        await("everything is acknowledged")
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    synchronized (this) {
                        return underWay.get() == 0 && unsettled() < 0;
                    }
                });
        beat.shutdownNow();
    }

    /** No more requests at all; returns when those under way have ended. */
    void stop() {
        beat.shutdownNow();
        people.shutdown();
        await("the last answer").atMost(Http.PATIENCE.multipliedBy(2)).until(people::isTerminated);
    }

    /** Every request so far, in the order of their ends. */
    List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** The ids that the node has acknowledged. */
    List<String> acknowledged() {
        return List.copyOf(acknowledged);
    }

    @Override
    public void close() {
        goingOn = false;
        beat.shutdownNow();
        people.shutdownNow();
    }
}

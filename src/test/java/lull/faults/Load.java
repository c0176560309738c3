package lull.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import lull.faults.Balancer.Backend;
import lull.faults.Request.Kind;

/**
 * The load of the fault suite: an open loop, as the world is. Requests go out when the plan says so, whatever became of the earlier
 * ones, and their latency counts from then. They go to the nodes in turn, as through a load balancer that asks each for {@code
 * /ready} twice a second. Where no connection can be opened nothing was sent, and the next node is tried; a 503 is tried once more
 * elsewhere, with the same id. What fails all the same may be sent again seconds later, by the seed. Each attempt is a line of the log.
 */
final class Load implements AutoCloseable {

    /** A node: its name, and the base URIs of its API and of its management port. */
    record Target(String name, URI api, URI management) {}

    /** A node answers within 10 s, whatever it answers. */
    private static final Duration PATIENCE = Duration.ofSeconds(12);

    private static final Duration LAST_ANSWERS = PATIENCE.plusSeconds(8);
    private static final int MOST_RESENDS = 3;
    private static final int PERCENT_RESENT = 70;
    private static final long STACK = 128 * 1024;
    private static final int SHOWN = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LoadPlan plan;
    private final List<Target> targets;
    private final Path file;
    private final LoadScript script;
    private final LoadJournal journal;
    private final LoadMeter meter;
    private final Balancer balancer;
    private final ThreadPoolExecutor senders;
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(daemon("load-later"));
    private final Thread pacer;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicInteger waitingToResend = new AtomicInteger();
    private final List<LoadStats> intervals = new ArrayList<>();
    private volatile boolean goingOn = true;
    private Optional<LoadLog> ended = Optional.empty();

    private Load(LoadPlan plan, List<Target> targets, Path file) throws IOException {
        this.plan = plan;
        this.targets = List.copyOf(targets);
        this.file = file;
        this.script = new LoadScript(plan);
        this.journal = new LoadJournal(file);
        this.meter = new LoadMeter(targets.stream().map(Target::name).toList());
        this.balancer = new Balancer(targets, journal::ready);
        this.senders = new ThreadPoolExecutor(
                0, plan.inFlight(), 10, TimeUnit.SECONDS, new SynchronousQueue<>(), daemon("load-sender"));
        this.pacer = daemon("load-pacer").newThread(this::pace);
    }

    /** Starts at once; until a node is ready requests fail with {@link Outcome#NO_NODE}. */
    static Load start(LoadPlan plan, List<Target> targets, Path log) throws IOException {
        Load load = new Load(plan, targets, log);
        load.later.scheduleAtFixedRate(load.journal::flush, 1, 1, TimeUnit.SECONDS);
        load.pacer.start();
        return load;
    }

    static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(null, task, name, STACK);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** The interval under way, as it is now. */
    LoadStats stats() {
        return meter.stats();
    }

    /** Starts a new measuring interval, and returns the one that it ends. */
    LoadStats mark(String label) {
        LoadStats before = meter.mark(label);
        synchronized (intervals) {
            intervals.add(before);
        }
        return before;
    }

    /** Measures some conversations apart as well from now on, such as those that live on a node. */
    void group(String name, Predicate<String> conversations) {
        meter.group(name, conversations);
    }

    /** Whether the balancer has found a ready node. */
    boolean isAnyNodeReady() {
        return balancer.isAnyReady();
    }

    private void pace() {
        long start = System.nanoTime();
        Instant started = Instant.now();
        for (long slot = 0; goingOn; slot++) {
            long offset = slot * 1_000_000_000L / plan.perSecond();
            for (long wait = start + offset - System.nanoTime(); wait > 0 && goingOn; ) {
                LockSupport.parkNanos(wait);
                wait = start + offset - System.nanoTime();
            }
            Instant planned = started.plusNanos(offset);
            boolean first = true;
            for (Request request : script.next()) {
                boolean again = !first && request.kind() != Kind.LOOK;
                dispatch(new Sending(request, numbers.incrementAndGet(), planned, again, 0));
                first = false;
            }
        }
    }

    private void dispatch(Sending sending) {
        try {
            senders.execute(sending);
        } catch (RejectedExecutionException full) {
            sending.shed();
        }
    }

    /** One request on its way through the nodes. */
    private final class Sending implements Runnable {
        private final Request request;
        private final long number;
        private final Instant planned;
        private final boolean again;
        private final int resends;
        private final Set<Backend> tried = new HashSet<>();
        private int attempts;
        private boolean retried;
        private Outcome worst = Outcome.NO_NODE;

        Sending(Request request, long number, Instant planned, boolean again, int resends) {
            this.request = request;
            this.number = number;
            this.planned = planned;
            this.again = again;
            this.resends = resends;
        }

        void shed() {
            end(nowhere(Outcome.SHED));
        }

        @Override
        public void run() {
            for (int i = 0; i <= targets.size() + 1; i++) {
                Optional<Backend> backend = balancer.next(tried);
                if (backend.isEmpty() && worst == Outcome.UNAVAILABLE && !retried) {
                    backend = balancer.next(Set.of()); // there is no elsewhere
                }
                if (backend.isEmpty()) {
                    break;
                }
                retried |= worst == Outcome.UNAVAILABLE;
                tried.add(backend.get());
                LoadRecord attempt = send(backend.get());
                if (attempt.last()) {
                    end(attempt);
                    return;
                }
                journal.add(attempt);
                if (attempt.outcome() == Outcome.UNAVAILABLE || worst == Outcome.NO_NODE) {
                    worst = attempt.outcome();
                }
            }
            end(nowhere(worst));
        }

        private LoadRecord send(Backend backend) {
            Instant begun = Instant.now();
            HttpConnection connection;
            try {
                connection = backend.connect();
            } catch (IOException e) {
                return record(
                        begun, Optional.of(backend), Outcome.NOT_SENT, 0, JSON.missingNode(), false, e.toString());
            }
            try {
                var answer = connection.exchange(request.method(), request.path(), request.body(), PATIENCE);
                return answered(begun, backend, answer);
            } catch (SocketTimeoutException e) {
                return record(begun, Optional.of(backend), Outcome.TIMEOUT, 0, JSON.missingNode(), true, e.toString());
            } catch (IOException | RuntimeException e) {
                return record(begun, Optional.of(backend), Outcome.RESET, 0, JSON.missingNode(), true, e.toString());
            } finally {
                backend.release(connection);
            }
        }

        private LoadRecord answered(Instant begun, Backend backend, HttpConnection.Answer answer) throws IOException {
            int status = answer.status();
            Outcome outcome = outcome(status);
            boolean last = outcome != Outcome.UNAVAILABLE || retried;
            String note = outcome == Outcome.ACKNOWLEDGED
                    ? ""
                    : new String(answer.body(), 0, Math.min(answer.body().length, SHOWN), StandardCharsets.UTF_8);
            JsonNode json = outcome == Outcome.ACKNOWLEDGED ? JSON.readTree(answer.body()) : JSON.missingNode();
            return record(begun, Optional.of(backend), outcome, status, json, last, note);
        }

        /** A closing that comes too late, or before anything, is on record all the same: it has an id. */
        private Outcome outcome(int status) {
            boolean closing = request.kind() == Kind.CLOSE || request.kind() == Kind.FAIL;
            boolean expected = status == 200
                    || closing && (status == 409 || status == 404)
                    || request.kind() == Kind.LOOK && status == 404;
            if (expected) {
                return Outcome.ACKNOWLEDGED;
            }
            return status == 503 ? Outcome.UNAVAILABLE : status >= 500 ? Outcome.ERROR : Outcome.REFUSED;
        }

        private LoadRecord nowhere(Outcome outcome) {
            return record(Instant.now(), Optional.empty(), outcome, 0, JSON.missingNode(), true, "");
        }

        private LoadRecord record(
                Instant begun,
                Optional<Backend> backend,
                Outcome outcome,
                int status,
                JsonNode json,
                boolean last,
                String note) {
            return new LoadRecord(
                    number,
                    backend.isPresent() ? ++attempts : attempts,
                    again || resends > 0,
                    request.kind(),
                    request.conversation(),
                    request.id(),
                    request.detail(),
                    planned,
                    begun,
                    Instant.now(),
                    backend.map(Backend::name),
                    outcome,
                    status,
                    json.path("session").intValue(),
                    json.path("state").asText(),
                    Optional.ofNullable(json.path("at").textValue()).map(Instant::parse),
                    json.path("sequence").longValue(),
                    last,
                    note);
        }

        private void end(LoadRecord last) {
            journal.add(last);
            if (last.outcome() == Outcome.ACKNOWLEDGED) {
                last.node().ifPresent(it -> meter.answered(it, last.ended()));
            }
            if (resends > 0) {
                meter.resent(request, last.ended(), last.outcome());
            } else {
                meter.ended(request, planned, last.ended(), last.outcome(), retried);
            }
            if (last.outcome() != Outcome.ACKNOWLEDGED && last.outcome() != Outcome.REFUSED) {
                resendLater();
            }
        }

        /** People press the button again, most of them, some seconds later. */
        private void resendLater() {
            SplittableRandom dice = new SplittableRandom(plan.seed() ^ (number * (MOST_RESENDS + 1) + resends));
            if (request.kind() == Kind.LOOK || resends == MOST_RESENDS || dice.nextInt(100) >= PERCENT_RESENT) {
                return;
            }
            long delay = 2_000 + dice.nextInt(4_000);
            waitingToResend.incrementAndGet();
            later.schedule(
                    () -> {
                        if (script.isStillRemembered(request)) {
                            dispatch(new Sending(request, number, Instant.now(), true, resends + 1));
                        }
                        waitingToResend.decrementAndGet();
                    },
                    delay,
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Nothing new from now on. Returns when what is under way, and what was to be sent again, has come to its end. */
    synchronized LoadLog stop() {
        if (ended.isPresent()) {
            return ended.get();
        }
        goingOn = false;
        LockSupport.unpark(pacer);
        long end = System.nanoTime() + LAST_ANSWERS.toNanos();
        while ((pacer.isAlive() || waitingToResend.get() > 0 || senders.getActiveCount() > 0)
                && System.nanoTime() < end) {
            LockSupport.parkNanos(20_000_000L);
        }
        later.shutdownNow();
        senders.shutdownNow();
        awaitSenders();
        mark("stopped");
        balancer.close();
        journal.close();
        LoadLog log = new LoadLog(file, plan, targets, List.copyOf(intervals));
        ended = Optional.of(log);
        return log;
    }

    private void awaitSenders() {
        try {
            senders.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }
}

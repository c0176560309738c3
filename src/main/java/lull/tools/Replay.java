package lull.tools;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Sends a stream of messages to a node that runs by the external clock, and moves its time. The lines of a conversation keep the order of
 * the file: each is sent when the one before is acknowledged. Time never passes a line that is not yet acknowledged, be it under way or
 * still to come. It goes through failures and restarts of the node.
 *
 * <p>The file is sent in blocks, with a tick before each block but the first. Lines of at most two blocks are under way at a time, and a
 * tick may run meanwhile: so no block is sent without its tick, and time is never behind by more than the block that is being finished.
 *
 * <p>The fields below belong to the thread that calls {@link #run}. Workers hand it events.
 */
public final class Replay {

    /** The horizon of a replay without one. No conversation has a deadline beyond it. */
    public static final Instant END_OF_TIME = Instant.parse("9999-12-31T23:59:59Z");

    /** The most that a node holds at once; more in flight gains nothing. */
    public static final int MOST_IN_FLIGHT = 512;

    /** A last tick leaves nothing due, so the one after it finds nothing. More than a few mean that it never ends. */
    private static final int MOST_LAST_TICKS = 100;

    /** Bounds what waits behind a conversation of many lines in a row. */
    private static final int MOST_UNACKNOWLEDGED = 8 * MOST_IN_FLIGHT;

    /**
     * @param node URL of the node's HTTP port
     * @param inFlight how many requests may be under way, 1 until {@link #MOST_IN_FLIGHT}
     * @param tickEvery lines after which time is moved; 0 for only at the end
     * @param horizon where time ends; lines after it are left out. Empty: everything is sent, and every deadline fires
     * @param giveUpAfter time without any progress after which it fails
     * @param out file for the transitions
     */
    public record Options(
            Path input,
            Path out,
            URI node,
            int inFlight,
            int tickEvery,
            Optional<Instant> horizon,
            Duration giveUpAfter) {
        public Options {
            if (inFlight < 1 || inFlight > MOST_IN_FLIGHT) {
                throw new IllegalArgumentException("in flight must be from 1 to " + MOST_IN_FLIGHT);
            }
            if (tickEvery < 0) {
                throw new IllegalArgumentException("tick every must not be negative");
            }
        }
    }

    /**
     * What came of it.
     *
     * @param lines sent and acknowledged
     * @param leftOut lines past the horizon
     * @param repeated lines that the node had before: repetitions in the file, and retries of requests whose answer was lost
     * @param closesIgnored closings that found nothing to close
     */
    public record Summary(
            long lines,
            long leftOut,
            long repeated,
            long closesIgnored,
            long ticks,
            long retries,
            Duration took,
            Duration sending,
            long transitions) {
        @Override
        public String toString() {
            double seconds = took.toNanos() / 1e9;
            return String.format(
                    Locale.ROOT,
                    "%,d lines%s, %,d repeated, %,d closes ignored, %,d ticks, %,d retries, %.1f s (sending %,.0f lines/s), "
                            + "%,d transitions",
                    lines,
                    leftOut == 0 ? "" : String.format(Locale.ROOT, " (%,d past the horizon left out)", leftOut),
                    repeated,
                    closesIgnored,
                    ticks,
                    retries,
                    seconds,
                    lines * 1e9 / Math.max(1, sending.toNanos()),
                    transitions);
        }
    }

    /** Limits of single attempts. A tick may have many conversations to advance, and is a barrier. */
    record Limits(Duration message, Duration tick, Backoff backoff) {
        static final Limits DEFAULT = new Limits(Duration.ofSeconds(30), Duration.ofMinutes(2), Backoff.DEFAULT);
    }

    private interface Event {
        void happen() throws ReplayFailed;
    }

    private final Options options;
    private final Limits limits;
    private final Node node;
    private final Progress progress;
    private final ExecutorService workers;
    private final Watch watch;
    private final Retries retries;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    private record Sending(Numbered numbered, long block) {
        Instant at() {
            return numbered.line().at();
        }

        String conversation() {
            return numbered.line().conversation();
        }
    }

    /** Lines that were read and are not acknowledged, the earliest first. */
    private final TreeSet<Sending> unacknowledged = new TreeSet<>(
            Comparator.comparing(Sending::at).thenComparing(it -> it.numbered().number()));

    /** The conversations with a line under way, and the lines that wait for it. */
    private final Map<String, Deque<Sending>> busy = new HashMap<>();

    /** How many lines of the two blocks under way are not acknowledged: of the even and of the odd one. */
    private final long[] unfinished = new long[2];

    private Timetable timetable;
    private long read;
    private long blocks = 1;
    private Instant time = Instant.MIN;
    private boolean tickUnderWay;
    private String phase = "";
    private long acknowledged;
    private long repeated;
    private long closesIgnored;
    private long ticks;
    private volatile long lastProgress;
    private long retriesAtLastReport;

    /** @param report takes the lines that tell how far it is */
    public Replay(Options options, Consumer<String> report) {
        this(options, report, Limits.DEFAULT);
    }

    Replay(Options options, Consumer<String> report, Limits limits) {
        this.options = options;
        this.limits = limits;
        this.node = new Node(options.node());
        this.progress = new Progress(report);
        this.workers = Workers.fixed(options.inFlight() + 1, "replay"); // one for the ticks
        this.watch = new Watch(Duration.ofMillis(250));
        this.retries = new Retries(watch, limits.backoff());
    }

    /**
     * Does it all. May be called once.
     *
     * @throws ReplayFailed saying what is wrong with the file, which line the node refused, or that the node stopped answering
     */
    public Summary run() throws IOException, ReplayFailed, InterruptedException {
        long start = System.nanoTime();
        try (TransitionFile transitions = new TransitionFile(options.out());
                LineReader lines = new LineReader(options.input())) {
            timetable = Timetable.read(options.input(), options.tickEvery(), options.horizon());
            lastProgress = System.nanoTime();
            checkClock();
            long sendingSince = System.nanoTime();
            sendAll(lines);
            Duration sending = Duration.ofNanos(System.nanoTime() - sendingSince);
            lastTick();
            fetch(transitions);
            transitions.complete();
            return new Summary(
                    acknowledged,
                    timetable.leftOut(),
                    repeated,
                    closesIgnored,
                    ticks,
                    retries.count(),
                    Duration.ofNanos(System.nanoTime() - start),
                    sending,
                    transitions.lines());
        } finally {
            retries.giveUp();
            workers.shutdownNow();
            watch.close();
        }
    }

    /** A tick that can pass nothing shows by which clock the node runs. */
    private void checkClock() throws ReplayFailed, InterruptedException {
        phase = "asking the node for its clock";
        Instant earliest = timetable.earliestFrom(0).orElse(Instant.EPOCH);
        String what = "asking the node for its clock, which must be external (LULL_CLOCK=external),";
        String clock = await(limits.tick(), what, () -> node.tick(earliest)).clock();
        if (!clock.equals("external")) {
            throw new ReplayFailed("the node at " + options.node() + " runs by the " + clock
                    + " clock: a replay moves time itself, so start the node with LULL_CLOCK=external");
        }
        time = earliest;
        phase = "";
    }

    private void sendAll(LineReader lines) throws IOException, ReplayFailed, InterruptedException {
        admit(lines);
        while (!unacknowledged.isEmpty() || tickUnderWay || read < timetable.lines()) {
            next().happen();
            for (Event event = events.poll(); event != null; event = events.poll()) {
                event.happen();
            }
            admit(lines);
        }
    }

    /**
     * Takes lines from the file as long as more could be under way; no earlier, as every line that waits unsent holds time back. A new
     * block waits until there is room for its tick, and until the block before the last one is finished.
     */
    private void admit(LineReader lines) throws IOException, ReplayFailed {
        while (read < timetable.lines()
                && busy.size() < options.inFlight()
                && unacknowledged.size() < MOST_UNACKNOWLEDGED) {
            if (timetable.isBoundary(read) && blocks <= timetable.block(read)) {
                if (tickUnderWay || unfinished[(int) (blocks & 1)] > 0) {
                    return;
                }
                blocks++;
                moveTime();
            }
            Sending next = new Sending(nextUntilHorizon(lines), timetable.block(read));
            read++;
            unacknowledged.add(next);
            unfinished[(int) (next.block & 1)]++;
            Deque<Sending> behind = busy.get(next.conversation());
            if (behind == null) {
                busy.put(next.conversation(), new ArrayDeque<>(1));
                send(next);
            } else {
                behind.add(next);
            }
        }
    }

    private Numbered nextUntilHorizon(LineReader lines) throws IOException, ReplayFailed {
        while (true) {
            Numbered next = lines.next().orElseThrow(this::changed);
            if (!Timetable.isPast(next.line().at(), options.horizon())) {
                if (next.line().at().isBefore(time)) {
                    throw changed();
                }
                return next;
            }
        }
    }

    private ReplayFailed changed() {
        return new ReplayFailed(options.input() + " has changed since the replay began");
    }

    /** Ticks at the latest instant that no unacknowledged line is before, if that moves time at all. */
    private void moveTime() {
        Instant now = timetable.earliestFrom(read).orElse(Instant.MAX);
        if (!unacknowledged.isEmpty() && unacknowledged.first().at().isBefore(now)) {
            now = unacknowledged.first().at();
        }
        if (now.isAfter(time)) {
            Instant next = now;
            time = next;
            tickUnderWay = true;
            ask(limits.tick(), "the tick at " + next, () -> node.tick(next), tick -> {
                tickUnderWay = false;
                ticks++;
            });
        }
    }

    private void send(Sending line) {
        ask(limits.message(), "line " + line.numbered.number(), () -> node.record(line.numbered), recorded -> {
            acknowledged++;
            repeated += recorded.repeated() ? 1 : 0;
            closesIgnored += recorded.ignored() ? 1 : 0;
            unacknowledged.remove(line);
            unfinished[(int) (line.block & 1)]--;
            Deque<Sending> behind = busy.get(line.conversation());
            if (behind.isEmpty()) {
                busy.remove(line.conversation());
            } else {
                send(behind.remove());
            }
        });
    }

    private void lastTick() throws ReplayFailed, InterruptedException {
        Instant end = options.horizon().orElse(END_OF_TIME);
        phase = "last tick at " + end;
        for (int i = 0; i < MOST_LAST_TICKS; i++) {
            Node.Tick tick = await(limits.tick(), "the last tick", () -> complete(node.tick(end)));
            ticks++;
            if (tick.transitioned() == 0) {
                return;
            }
        }
        throw new ReplayFailed("after " + MOST_LAST_TICKS + " ticks at " + end + " there are still conversations due");
    }

    /** A conversation that could not be advanced comes again with the next tick. The last tick may leave none behind. */
    private static Node.Tick complete(Node.Tick tick) throws IOException {
        if (tick.failed() > 0) {
            throw new IOException(tick.failed() + " conversations could not be advanced");
        }
        return tick;
    }

    /** Asks for the transitions after the last one that is written, until there are no more: a cut answer is simply continued. */
    private void fetch(TransitionFile file) throws ReplayFailed, InterruptedException {
        phase = "fetching the transitions";
        await(limits.message(), "fetching the transitions", () -> {
            for (long before = -1; before < file.lines(); ) {
                before = file.lines();
                node.transitions(file.last(), line -> {
                    file.add(line);
                    watch.sign();
                    lastProgress = System.nanoTime();
                });
            }
            return file;
        });
    }

    /** Lets a worker try until it has an answer, and handles it in this thread. */
    private <T> void ask(Duration limit, String what, Attempt<T> attempt, Consumer<T> then) {
        workers.execute(() -> {
            Event event;
            try {
                T answer = retries.until(limit, attempt);
                event = () -> then.accept(answer);
            } catch (Node.Refused e) {
                event = () -> {
                    throw new ReplayFailed(what + " was refused by the node: " + e.getMessage(), e);
                };
            } catch (InterruptedException e) {
                event = () -> { // if it is over, nobody takes this
                    throw new ReplayFailed(what + " was interrupted", e);
                };
            } catch (RuntimeException e) {
                event = () -> {
                    throw e;
                };
            }
            events.add(event);
        });
    }

    private <T> T await(Duration limit, String what, Attempt<T> attempt) throws ReplayFailed, InterruptedException {
        Deque<T> answer = new ArrayDeque<>(1);
        ask(limit, what, attempt, answer::add);
        while (answer.isEmpty()) {
            next().happen();
        }
        return answer.remove();
    }

    /** Waits for the next event, and reports meanwhile. */
    private Event next() throws ReplayFailed, InterruptedException {
        while (true) {
            Event event = events.poll(Math.max(1, progress.untilDue().toNanos()), TimeUnit.NANOSECONDS);
            if (progress.untilDue().compareTo(Duration.ZERO) <= 0) {
                report();
            }
            if (event != null) {
                lastProgress = System.nanoTime();
                return event;
            }
            if (System.nanoTime() - lastProgress > options.giveUpAfter().toNanos()) {
                throw new ReplayFailed(
                        "no progress for " + options.giveUpAfter() + " with the node at " + options.node() + " ("
                                + acknowledged + " of " + timetable.lines() + " lines done): " + retries.lastFailure());
            }
        }
    }

    private void report() {
        long count = retries.count();
        String more = phase;
        if (count > 0) {
            more += (more.isEmpty() ? "" : ", ") + String.format(Locale.ROOT, "%,d retries", count);
        }
        if (count > retriesAtLastReport) {
            more += " (" + retries.lastFailure() + ")";
        }
        retriesAtLastReport = count;
        progress.report(acknowledged, timetable.lines(), more);
    }
}

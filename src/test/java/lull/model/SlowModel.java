package lull.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Function;

/**
 * An independent computation of the rules: a discrete event simulation. Each conversation has a queue of things to
 * come. Timers are put into it when a state is entered and called off when it is left; a line of the stream is put
 * into it as an arrival; whatever comes first happens. No deadline is ever computed from a state, which is how the
 * service does it.
 *
 * <p>Times are nanoseconds since 1970 in a {@code long}, which lasts until 2262.
 */
public final class SlowModel {

    // Order at one instant: expiry before idle, max-age before the other expiries, timers before arrivals. The end of
    // the
    // simulation comes last, because a timer at the horizon still fires.
    private static final int AGE = 0;
    private static final int OTHER_EXPIRY = 1;
    private static final int IDLE = 2;
    private static final int ARRIVAL = 3;
    private static final int THE_END = 4;

    /**
     * Who may end a session, weakest first; the design gives the system no rank of its own, it stands with the
     * timeouts.
     */
    private static final Map<String, Integer> RANKS =
            Map.of("expired", 0, "system", 0, "agent", 1, "support", 2, "user", 3, "failed", 4);

    /**
     * What a stream leads to.
     *
     * @param transitions in the oracle's order
     * @param answers one for each line, in the order of the lines
     * @param ignored the closings on record that changed nothing, in the order of the lines
     */
    public record Outcome(List<Transition> transitions, List<Answered> answers, List<IgnoredClosing> ignored) {}

    private final Function<Line, Limits> setting;
    private final Map<String, Conversation> conversations = new HashMap<>();
    private final List<Transition> transitions = new ArrayList<>();
    private final List<Answered> answers = new ArrayList<>();
    private final List<IgnoredClosing> ignored = new ArrayList<>();

    private SlowModel(Function<Line, Limits> setting) {
        this.setting = setting;
    }

    /** One policy for all sessions. */
    public static Outcome run(List<Line> lines, Limits limits, Instant horizon) {
        return run(lines, line -> limits, horizon);
    }

    /**
     * @param lines in order of arrival
     * @param setting the policy in force when a line arrives; it governs the session that the line may open
     * @param horizon lines after it have not happened and are left out; timers until it fire; {@link Instant#MAX} lets
     *     all of them fire
     */
    public static Outcome run(List<Line> lines, Function<Line, Limits> setting, Instant horizon) {
        var model = new SlowModel(setting);
        for (Line line : lines) {
            if (!line.at().isAfter(horizon)) {
                var conversation =
                        model.conversations.computeIfAbsent(line.conversation(), it -> model.new Conversation(it));
                model.answers.add(conversation.answer(line));
            }
        }
        long end = horizon.equals(Instant.MAX) ? Long.MAX_VALUE : nanos(horizon);
        model.conversations.values().forEach(it -> it.runUntil(new Happening(end, THE_END, 0, () -> {})));
        return new Outcome(Transition.sorted(model.transitions), model.answers, model.ignored);
    }

    private static long nanos(Instant at) {
        return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000_000L), at.getNano());
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(0, nanos);
    }

    /** Something that will happen at its time, unless it is called off. */
    private static final class Happening implements Comparable<Happening> {
        final long at;
        final int rank;
        final long serial;
        final Runnable what;

        Happening(long at, int rank, long serial, Runnable what) {
            this.at = at;
            this.rank = rank;
            this.serial = serial;
            this.what = what;
        }

        @Override
        public int compareTo(Happening other) {
            if (at != other.at) {
                return at < other.at ? -1 : 1;
            }
            return rank != other.rank ? Integer.compare(rank, other.rank) : Long.compare(serial, other.serial);
        }
    }

    /** One conversation under simulation. */
    private final class Conversation {
        private final String name;
        private final PriorityQueue<Happening> toCome = new PriorityQueue<>();
        private final Map<String, Happening> timers = new HashMap<>();
        private final Map<String, Answered> given = new HashMap<>();
        private long serial;
        private long clock = Long.MIN_VALUE; // the latest thing on record
        private int session;
        private String state = ""; // none yet
        private String endedBy = "";
        private Limits limits;

        Conversation(String name) {
            this.name = name;
        }

        Answered answer(Line line) {
            Optional<Answered> before = line.messageId().map(given::get);
            if (before.isPresent()) {
                return before.get().again();
            }
            long at = Math.max(nanos(line.at()), clock);
            var accepted = new boolean[1];
            runUntil(new Happening(at, ARRIVAL, serial++, () -> accepted[0] = arrive(line, at)));
            var now = session == 0 ? Optional.<String>empty() : Optional.of(state);
            var answer = new Answered(session, now, instant(at), accepted[0], false);
            line.messageId().ifPresent(it -> given.put(it, answer));
            return answer;
        }

        void runUntil(Happening last) {
            toCome.add(last);
            Happening next;
            do {
                next = toCome.remove();
                next.what.run();
            } while (next != last);
        }

        private boolean arrive(Line line, long at) {
            switch (line.type()) {
                case "message" -> {
                    message(line, at);
                    return true;
                }
                case "close" -> {
                    return closing("closed", line.by().orElseThrow(), line, at);
                }
                case "fail" -> {
                    return closing("failed", "failed", line, at);
                }
                default -> throw new IllegalArgumentException(line.type());
            }
        }

        private void message(Line line, long at) {
            if (!live()) {
                limits = setting.apply(line);
                session++;
                state = "";
                enter("pending", at, "opened");
                start("max-age", limits.maxAge(), at, AGE, it -> expire(it, "max-age"));
                start(
                        "pending-timeout",
                        limits.pendingExpireAfter(),
                        at,
                        OTHER_EXPIRY,
                        it -> expire(it, "pending-timeout"));
            }
            boolean answersIt = line.direction().orElseThrow().equals("outbound");
            if (state.equals("pending") && answersIt) {
                callOff("pending-timeout");
                enter("active", at, "reply");
            } else if (state.equals("idle")) {
                callOff("idle-expired");
                enter("active", at, "reactivated");
            }
            if (state.equals("active")) {
                start("idle-timeout", Optional.of(limits.idleAfter()), at, IDLE, this::fallIdle);
            }
            clock = at;
        }

        private void fallIdle(long at) {
            enter("idle", at, "idle-timeout");
            start("idle-expired", limits.expireAfter(), at, OTHER_EXPIRY, it -> expire(it, "idle-expired"));
        }

        private void expire(long at, String reason) {
            end("expired", "expired", at, reason);
        }

        private boolean closing(String to, String by, Line line, long at) {
            if (live()) {
                end(to, by, at, to);
                return true;
            }
            boolean outranks = session > 0 && RANKS.get(by) > RANKS.get(endedBy);
            if (outranks || line.messageId().isPresent()) {
                ignored.add(new IgnoredClosing(name, session, instant(at), to, line.by(), line.messageId()));
                clock = at;
            }
            return false;
        }

        private void end(String to, String by, long at, String reason) {
            List.copyOf(timers.keySet()).forEach(this::callOff);
            endedBy = by;
            enter(to, at, reason);
        }

        private boolean live() {
            return state.equals("pending") || state.equals("active") || state.equals("idle");
        }

        private void enter(String next, long at, String reason) {
            Optional<String> from = state.isEmpty() ? Optional.empty() : Optional.of(state);
            transitions.add(new Transition(name, session, from, next, instant(at), reason));
            state = next;
            clock = at;
        }

        private void start(String timer, Optional<Duration> delay, long now, int rank, Action action) {
            callOff(timer);
            delay.ifPresent(it -> {
                long at = Math.addExact(now, it.toNanos());
                var happening = new Happening(at, rank, serial++, () -> {
                    timers.remove(timer);
                    action.at(at);
                });
                timers.put(timer, happening);
                toCome.add(happening);
            });
        }

        private void callOff(String timer) {
            Happening happening = timers.remove(timer);
            if (happening != null) {
                toCome.remove(happening);
            }
        }
    }

    private interface Action {
        void at(long nanos);
    }
}

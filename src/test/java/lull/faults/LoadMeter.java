package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Counts what becomes of the load, in the measuring interval under way. Safe for all threads. */
final class LoadMeter {

    private final List<String> nodes;
    private final Map<String, Predicate<String>> groups = new LinkedHashMap<>();
    private String label;
    private Instant since;
    private Tally all;
    private final Map<String, Silence> nodeSilence = new LinkedHashMap<>();
    private final Map<String, Tally> groupTallies = new LinkedHashMap<>();

    LoadMeter(List<String> nodes) {
        this.nodes = nodes;
        begin("start");
    }

    /** Ends the interval under way, and begins the next. */
    synchronized LoadStats mark(String next) {
        LoadStats ended = stats();
        begin(next);
        return ended;
    }

    private void begin(String next) {
        label = next;
        since = Instant.now();
        all = new Tally(since);
        nodes.forEach(it -> nodeSilence.put(it, new Silence(since)));
        groups.keySet().forEach(it -> groupTallies.put(it, new Tally(since)));
    }

    /** From now on counts some conversations apart as well. */
    synchronized void group(String name, Predicate<String> conversations) {
        groups.put(name, conversations);
        groupTallies.put(name, new Tally(Instant.now()));
    }

    /** A request has come to its end, retry at once included. */
    synchronized void ended(Request request, Instant planned, Instant ended, Outcome outcome, boolean retried) {
        tallies(request).forEach(it -> it.add(planned, ended, outcome, retried));
    }

    /** Something that had failed was sent again, and that has come to its end. */
    synchronized void resent(Request request, Instant ended, Outcome outcome) {
        tallies(request).forEach(it -> it.addResent(ended, outcome));
    }

    private Iterable<Tally> tallies(Request request) {
        if (groups.isEmpty()) {
            return List.of(all);
        }
        List<Tally> concerned = new java.util.ArrayList<>(List.of(all));
        groups.forEach((name, conversations) -> {
            if (conversations.test(request.conversation())) {
                concerned.add(groupTallies.get(name));
            }
        });
        return concerned;
    }

    synchronized void answered(String node, Instant at) {
        nodeSilence.get(node).broken(at);
    }

    synchronized LoadStats stats() {
        Instant now = Instant.now();
        Map<String, Duration> silence = new LinkedHashMap<>();
        nodeSilence.forEach((node, it) -> silence.put(node, it.longest(now)));
        Map<String, LoadStats.Counts> counts = new LinkedHashMap<>();
        groupTallies.forEach((group, it) -> counts.put(group, it.counts(now)));
        return new LoadStats(label, since, now, all.counts(now), Map.copyOf(silence), Map.copyOf(counts));
    }

    /** The longest time between two successes, the ends of the interval included. */
    private static final class Silence {
        private Instant last;
        private Duration longest = Duration.ZERO;

        Silence(Instant since) {
            this.last = since;
        }

        void broken(Instant at) {
            longest = longest(at);
            last = at.isAfter(last) ? at : last;
        }

        Duration longest(Instant now) {
            Duration current = Duration.between(last, now);
            return current.compareTo(longest) > 0 ? current : longest;
        }
    }

    private static final class Tally {
        private final Silence silence;
        private final Map<Outcome, Long> failed = new EnumMap<>(Outcome.class);
        private int[] latencies = new int[1024]; // microseconds
        private int acknowledged;
        private long sent;
        private long retried;
        private long unknown;
        private long resent;
        private Optional<Instant> firstFailure = Optional.empty();
        private Optional<Instant> lastFailure = Optional.empty();

        Tally(Instant since) {
            this.silence = new Silence(since);
        }

        void add(Instant planned, Instant ended, Outcome outcome, boolean twice) {
            sent++;
            retried += twice ? 1 : 0;
            if (outcome == Outcome.ACKNOWLEDGED) {
                silence.broken(ended);
                if (acknowledged == latencies.length) {
                    latencies = Arrays.copyOf(latencies, 2 * acknowledged);
                }
                long micros = Duration.between(planned, ended).toNanos() / 1_000;
                latencies[acknowledged++] = (int) Math.max(0, Math.min(micros, Integer.MAX_VALUE));
            } else {
                failed.merge(outcome, 1L, Long::sum);
                unknown += outcome.isUnknown() ? 1 : 0;
                failed(ended);
            }
        }

        void addResent(Instant ended, Outcome outcome) {
            resent++;
            if (outcome == Outcome.ACKNOWLEDGED) {
                silence.broken(ended);
            } else {
                failed(ended);
            }
        }

        private void failed(Instant ended) {
            if (firstFailure.isEmpty()) {
                firstFailure = Optional.of(ended);
            }
            lastFailure = Optional.of(ended);
        }

        LoadStats.Counts counts(Instant now) {
            int[] sorted = Arrays.copyOf(latencies, acknowledged);
            Arrays.sort(sorted);
            return new LoadStats.Counts(
                    sent,
                    acknowledged,
                    Map.copyOf(failed),
                    retried,
                    unknown,
                    resent,
                    new LoadStats.Latency(acknowledged, rank(sorted, 50), rank(sorted, 99), rank(sorted, 100)),
                    silence.longest(now),
                    firstFailure,
                    lastFailure);
        }

        private static Duration rank(int[] sorted, int percent) {
            if (sorted.length == 0) {
                return Duration.ZERO;
            }
            int rank = (int) Math.ceil(sorted.length * percent / 100.0);
            return Duration.ofNanos(sorted[Math.max(rank, 1) - 1] * 1_000L);
        }
    }
}

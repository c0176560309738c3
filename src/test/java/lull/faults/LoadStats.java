package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The load over one measuring interval, as it was at one moment.
 *
 * @param label of the mark that began it
 * @param nodeSilence for each node the longest time without a success of a request sent to it
 * @param groups the same figures for some of the conversations
 */
record LoadStats(
        String label,
        Instant since,
        Instant until,
        Counts all,
        Map<String, Duration> nodeSilence,
        Map<String, Counts> groups) {

    /**
     * Requests, each counted once however often it was sent.
     *
     * @param sent those that were planned in the interval, the shed ones too; without what was sent again later
     * @param acknowledged answered as they should be, looks included
     * @param failed by the outcome of the last attempt
     * @param retried sent to a second node at once
     * @param unknown failed, and may have been carried out all the same
     * @param resent sent again later, after they had failed
     * @param latency of the acknowledged ones, from the moment for which they were planned
     * @param longestSilence the longest time without any success
     * @param firstFailure when the first failure became known
     * @param lastFailure when the last one did: what came later succeeded
     */
    record Counts(
            long sent,
            long acknowledged,
            Map<Outcome, Long> failed,
            long retried,
            long unknown,
            long resent,
            Latency latency,
            Duration longestSilence,
            Optional<Instant> firstFailure,
            Optional<Instant> lastFailure) {

        long failures() {
            return failed.values().stream().mapToLong(Long::longValue).sum();
        }

        long shed() {
            return failed.getOrDefault(Outcome.SHED, 0L);
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d sent, %d acknowledged, %d failed%s, %d retried at once, %d resent later, %s, longest silence %.1f s",
                    sent,
                    acknowledged,
                    failures(),
                    failed.isEmpty() ? "" : " " + new TreeMap<>(failed),
                    retried,
                    resent,
                    latency,
                    longestSilence.toMillis() / 1000.0);
        }
    }

    /** Nearest-rank percentiles; all zero if there was nothing. */
    record Latency(long count, Duration p50, Duration p99, Duration max) {
        @Override
        public String toString() {
            return "latency p50 " + p50.toMillis() + " ms, p99 " + p99.toMillis() + " ms, max " + max.toMillis()
                    + " ms";
        }
    }

    long sent() {
        return all.sent;
    }

    long acknowledged() {
        return all.acknowledged;
    }

    Map<Outcome, Long> failed() {
        return all.failed;
    }

    long failures() {
        return all.failures();
    }

    long retried() {
        return all.retried;
    }

    long unknown() {
        return all.unknown;
    }

    long shed() {
        return all.shed();
    }

    Latency latency() {
        return all.latency;
    }

    Duration longestSilence() {
        return all.longestSilence;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(label + ": " + all);
        nodeSilence.forEach((node, silence) -> text.append(
                String.format(Locale.ROOT, "%n  %s: longest silence %.1f s", node, silence.toMillis() / 1000.0)));
        groups.forEach((group, counts) ->
                text.append(String.format("%n  ")).append(group).append(": ").append(counts));
        return text.toString();
    }
}

package lull.faults;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** I4. What counts is when the timeout was recorded, against when it was due; whether that was right is for {@link HistoryCheck}. */
final class LatenessCheck {

    private final Findings findings;
    private final Duration bound;
    private long[] micros = new long[4096];
    private int count;
    private Optional<JournalRow> worst = Optional.empty();
    private Duration worstBy = Duration.ZERO;

    LatenessCheck(Findings findings, Duration bound) {
        this.findings = findings;
        this.bound = bound;
    }

    void check(List<JournalRow> rows) {
        for (JournalRow row : rows) {
            if (row.isTransition()) {
                Duration late = Duration.between(row.at(), row.observedAt().orElseThrow());
                findings.check(
                        Invariant.LATENESS, !late.isNegative(), () -> "early by its own account: " + row.shown());
                if (row.isByTime()) {
                    add(row, late);
                }
            }
        }
    }

    private void add(JournalRow row, Duration late) {
        if (late.compareTo(bound) > 0) {
            findings.violated(Invariant.LATENESS, "late by " + late + ", at most " + bound + ": " + row.shown());
        }
        if (late.compareTo(worstBy) > 0) {
            worst = Optional.of(row);
            worstBy = late;
        }
        if (count == micros.length) {
            micros = Arrays.copyOf(micros, 2 * count);
        }
        micros[count++] = late.toNanos() / 1_000;
    }

    void report() {
        long[] sorted = Arrays.copyOf(micros, count);
        Arrays.sort(sorted);
        findings.figure("lateness p50", rank(sorted, 50));
        findings.figure("lateness p99", rank(sorted, 99));
        findings.figure("lateness max", worstBy.toMillis() + " ms");
        worst.ifPresent(it -> findings.figure("latest", it.shown()));
    }

    private static String rank(long[] sorted, int percent) {
        int rank = (int) Math.ceil(sorted.length * percent / 100.0);
        return sorted.length == 0 ? "none" : sorted[Math.max(rank, 1) - 1] / 1_000 + " ms";
    }
}

package lull.faults;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lull.model.Limits;
import lull.model.SlowModel;
import lull.model.Transition;

/**
 * I3, I5, I6, I7: the recorded messages and closings go through the independent model, and what it computes must be what the journal
 * has. Nothing is decided by the clock here: a timeout that was applied late has the same effective time.
 */
final class HistoryCheck {

    private static final Map<String, Set<String>> LEGAL = Map.of(
            "opened", Set.of(">pending"),
            "reply", Set.of("pending>active"),
            "reactivated", Set.of("idle>active"),
            "idle-timeout", Set.of("active>idle"),
            "pending-timeout", Set.of("pending>expired"),
            "idle-expired", Set.of("idle>expired"),
            "max-age", Set.of("pending>expired", "active>expired", "idle>expired"),
            "closed", Set.of("pending>closed", "active>closed", "idle>closed"),
            "failed", Set.of("pending>failed", "active>failed", "idle>failed"));

    private final Findings findings;
    private final Limits limits;
    private final Instant settled;
    private long timeouts;
    private long others;
    private long toCome;

    /** @param settled what was due until then must have been applied; what is due later may have been */
    HistoryCheck(Findings findings, Limits limits, Instant settled) {
        this.findings = findings;
        this.limits = limits;
        this.settled = settled;
    }

    /** @return what the model says of the recorded requests, in their order */
    SlowModel.Outcome check(List<JournalRow> rows, List<Replayed> states) {
        for (int i = 0; i < rows.size(); i++) {
            stateMachine(rows.get(i), states.get(i));
            if (i > 0) {
                monotonic(rows.get(i - 1), rows.get(i));
            }
        }
        SlowModel.Outcome model = SlowModel.run(
                rows.stream()
                        .filter(JournalRow::isRequest)
                        .map(JournalRow::line)
                        .toList(),
                limits,
                Instant.MAX);
        compare(rows, model);
        ignoredClosings(rows, model);
        return model;
    }

    private void ignoredClosings(List<JournalRow> rows, SlowModel.Outcome model) {
        Set<Optional<String>> expected = new HashSet<>();
        model.ignored().forEach(it -> expected.add(it.messageId()));
        Set<Optional<String>> found = new HashSet<>();
        rows.stream().filter(it -> it.kind().equals("closing-ignored")).forEach(it -> found.add(it.id()));
        findings.check(
                Invariant.MESSAGES,
                found.equals(expected),
                () -> rows.get(0).conversation() + ": closings that came too late by the rules " + expected
                        + ", by the journal " + found);
    }

    private void stateMachine(JournalRow row, Replayed before) {
        boolean inLive = before.isLive() && row.session() == before.session();
        boolean legal = switch (row.kind()) {
            case "opened" ->
                !before.isLive()
                        && row.session() == before.session() + 1
                        && row.policy().equals(Optional.of(limits));
            case "message" -> inLive;
            case "closing-ignored" -> !before.isLive() && row.session() == before.session();
            default ->
                inLive
                        && row.from().equals(before.state())
                        && LEGAL.getOrDefault(row.reason(), Set.of()).contains(row.from() + ">" + row.to());
        };
        findings.check(
                Invariant.STATE_MACHINE,
                legal,
                () -> "not after session " + before.session() + " " + before.state() + ": " + row.shown());
    }

    private void monotonic(JournalRow before, JournalRow row) {
        findings.check(
                Invariant.MONOTONIC,
                !row.at().isBefore(before.at()),
                () -> "before the event before it, which is at " + before.at() + ": " + row.shown());
    }

    private void compare(List<JournalRow> rows, SlowModel.Outcome model) {
        Set<Transition> missing = new LinkedHashSet<>(model.transitions());
        Set<Transition> found = new LinkedHashSet<>();
        List<JournalRow> extra = new ArrayList<>();
        for (JournalRow row : rows) {
            if (row.isTransition()) {
                findings.check(invariant(row.reason()), true, String::new);
                timeouts += row.isByTime() ? 1 : 0;
                others += row.isByTime() ? 0 : 1;
                if (missing.remove(row.transition())) {
                    found.add(row.transition());
                } else {
                    extra.add(row);
                }
            }
        }
        List<Transition> inOrder =
                model.transitions().stream().filter(found::contains).toList();
        findings.check(
                Invariant.STATE_MACHINE,
                inOrder.equals(List.copyOf(found)),
                () -> "not in the order of the rules: " + rows.get(0).conversation());
        extra.forEach(it -> tooMuch(it, found, missing));
        missing.forEach(it -> tooLittle(it, rows));
    }

    private static Invariant invariant(String reason) {
        return JournalRow.BY_TIME.contains(reason) ? Invariant.TIMEOUTS_ONCE : Invariant.MESSAGES;
    }

    private void tooMuch(JournalRow row, Set<Transition> found, Set<Transition> missing) {
        Transition is = row.transition();
        Optional<Transition> other = missing.stream()
                .filter(it -> it.session() == is.session() && it.reason().equals(is.reason()))
                .findFirst();
        String how = found.contains(is)
                ? "applied twice: "
                : other.map(it -> "different, due at " + it.at() + ": ").orElse("not implied by any message: ");
        findings.violated(invariant(is.reason()), how + row.shown());
        if (other.isPresent() && row.isByTime() && is.at().isBefore(other.get().at())) {
            findings.violated(Invariant.LATENESS, "early, due at " + other.get().at() + ": " + row.shown());
        }
        other.ifPresent(missing::remove);
    }

    private void tooLittle(Transition due, List<JournalRow> rows) {
        if (due.at().isAfter(settled) && JournalRow.BY_TIME.contains(due.reason())) {
            toCome++;
            return;
        }
        findings.violated(
                invariant(due.reason()),
                "missing: " + due + "; last is " + rows.get(rows.size() - 1).shown());
    }

    void report() {
        findings.figure("transitions by time", timeouts);
        findings.figure("transitions by messages", others);
        findings.figure("still to come", toCome);
    }
}

package lull.faults;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** I8, and I7 for the read model: its row is complete, and it is what the journal says. */
final class ReadModelCheck {

    private final Findings findings;

    ReadModelCheck(Findings findings) {
        this.findings = findings;
    }

    void check(ConversationEvidence evidence, List<Replayed> states) {
        Replayed last = states.get(states.size() - 1);
        if (last.session() == 0) {
            findings.check(
                    Invariant.READ_MODEL,
                    evidence.row().isEmpty(),
                    () -> evidence.conversation() + " never began and has a row: " + evidence.row());
            return;
        }
        findings.check(
                Invariant.READ_MODEL,
                evidence.row().filter(it -> it.sequence() == states.size() - 1).isPresent(),
                () -> evidence.conversation() + " has " + (states.size() - 1) + " events, and the read model has "
                        + evidence.row().map(it -> "read " + it.sequence()).orElse("no row"));
        evidence.row().filter(it -> it.sequence() < states.size()).ifPresent(row -> {
            ReadModelRow expected = row(row.conversation(), states.get((int) row.sequence()), row.sequence());
            findings.check(
                    Invariant.STATE_MACHINE,
                    row.equals(expected),
                    () -> "the read model has " + row + ", but the journal " + expected);
        });
    }

    private static ReadModelRow row(String conversation, Replayed state, long sequence) {
        Optional<Replayed.Due> next = state.next();
        Optional<Instant> deadline = next.map(Replayed.Due::at);
        return new ReadModelRow(
                conversation,
                state.session(),
                state.state(),
                state.openedAt(),
                state.since(),
                state.lastActivity(),
                deadline,
                next.map(Replayed.Due::rule),
                state.policy().orElseThrow(),
                sequence);
    }
}

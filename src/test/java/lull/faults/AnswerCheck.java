package lull.faults;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lull.faults.Request.Kind;
import lull.model.Answered;
import lull.model.SlowModel;

/**
 * I1, and looks for I7: what the load client was told, against the journal. However often an id was sent, by retry, repeat or a
 * second thought, it is recorded at most once, and every answer is the answer of that one time.
 */
final class AnswerCheck {

    private final Findings findings;
    private long acknowledged;
    private long unknown;
    private long unknownRecorded;
    private long looks;
    private long staleLooks;

    AnswerCheck(Findings findings) {
        this.findings = findings;
    }

    void check(ConversationEvidence evidence, List<Replayed> states, SlowModel.Outcome model) {
        Map<String, JournalRow> recorded = new HashMap<>();
        Map<String, Answered> answers = new HashMap<>();
        int line = 0;
        for (JournalRow row : evidence.rows()) {
            if (row.isRequest()) {
                Answered answer = model.answers().get(line++);
                if (row.id().isPresent()) {
                    String id = row.id().get();
                    JournalRow before = recorded.putIfAbsent(id, row);
                    answers.putIfAbsent(id, answer);
                    if (before != null) {
                        findings.violated(
                                Invariant.ACKNOWLEDGED, "recorded twice: " + before.shown() + " and " + row.shown());
                    }
                }
            }
        }
        Set<String> possible = new HashSet<>();
        Map<String, LoadRecord> settled = new HashMap<>();
        Set<String> open = new HashSet<>();
        for (LoadRecord sent : evidence.sent()) {
            if (sent.id().isEmpty()) {
                continue;
            }
            String id = sent.id().get();
            if (sent.outcome().mayHaveHappened()) {
                possible.add(id);
            }
            if (sent.outcome() == Outcome.ACKNOWLEDGED) {
                answered(sent, Optional.ofNullable(recorded.get(id)), answers.get(id));
                settled.put(id, sent);
            } else if (sent.outcome().isUnknown()) {
                open.add(id);
            }
        }
        acknowledged += settled.size();
        open.removeAll(settled.keySet());
        unknown += open.size();
        unknownRecorded += open.stream().filter(recorded::containsKey).count();
        recorded.forEach((id, row) -> findings.check(
                Invariant.ACKNOWLEDGED, possible.contains(id), () -> "nobody can have sent it: " + row.shown()));
        looks(evidence, states, recorded);
    }

    private void answered(LoadRecord sent, Optional<JournalRow> row, Answered expected) {
        findings.check(
                Invariant.ACKNOWLEDGED, row.isPresent(), () -> "lost: " + shown(sent) + " is not in the journal");
        if (row.isEmpty()) {
            return;
        }
        boolean sameSession = sent.session() == 0 || sent.session() == expected.session();
        boolean sameState = sent.state().isEmpty() || Optional.of(sent.state()).equals(expected.state());
        boolean sameTime = sent.at().isEmpty()
                || sent.at().get().equals(expected.at())
                        && sent.at().get().equals(row.get().at());
        boolean sameKind = (sent.kind() == Kind.MESSAGE) == row.get().kind().equals("message");
        boolean sameResult = (sent.status() == 200) == expected.accepted();
        findings.check(
                Invariant.ACKNOWLEDGED,
                sameSession && sameState && sameTime && sameKind && sameResult,
                () -> "answered otherwise than recorded: " + shown(sent) + ", but " + expected + " and "
                        + row.get().shown());
    }

    /** A look shows the conversation as it was after some event, and not as it never was. */
    private void looks(ConversationEvidence evidence, List<Replayed> states, Map<String, JournalRow> recorded) {
        List<LoadRecord> acknowledgedInTime = new ArrayList<>(evidence.sent().stream()
                .filter(it -> it.outcome() == Outcome.ACKNOWLEDGED
                        && it.id().filter(recorded::containsKey).isPresent())
                .sorted(Comparator.comparing(LoadRecord::ended))
                .toList());
        List<LoadRecord> seen = evidence.sent().stream()
                .filter(it -> it.kind() == Kind.LOOK && it.status() == 200)
                .sorted(Comparator.comparing(LoadRecord::begun))
                .toList();
        int next = 0;
        long known = 0;
        for (LoadRecord look : seen) {
            looks++;
            while (next < acknowledgedInTime.size()
                    && acknowledgedInTime.get(next).ended().isBefore(look.begun())) {
                LoadRecord before = acknowledgedInTime.get(next++);
                known = Math.max(known, recorded.get(before.id().orElseThrow()).sequence());
            }
            staleLooks += look.sequence() < known ? 1 : 0;
            boolean exists = look.sequence() > 0 && look.sequence() < states.size();
            Replayed then = states.get(exists ? (int) look.sequence() : 0);
            findings.check(
                    Invariant.STATE_MACHINE,
                    exists && then.session() == look.session() && then.state().equals(look.state()),
                    () -> "never was as a look saw it: " + shown(look) + ", but session " + then.session() + " "
                            + then.state());
        }
    }

    static String shown(LoadRecord sent) {
        Instant begun = sent.begun();
        return sent.conversation() + " " + sent.kind()
                + sent.id().map(it -> " id " + it).orElse("") + " sent " + begun
                + " to " + sent.node().orElse("nobody") + ", answered " + sent.ended() + " " + sent.status()
                + " session " + sent.session() + " " + sent.state()
                + sent.at().map(it -> " at " + it).orElse("")
                + (sent.sequence() > 0 ? " sequence " + sent.sequence() : "");
    }

    void report() {
        findings.figure("acknowledged ids", acknowledged);
        findings.figure("ids never acknowledged", unknown + ", of which recorded " + unknownRecorded);
        findings.figure("looks", looks + ", of which behind what was acknowledged before " + staleLooks);
    }
}

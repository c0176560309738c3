package lull.faults;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * I2. Each life of a conversation's actor has a writer id of its own, so several in a row are what failovers and restarts leave
 * behind. One that writes again after another has written had not noticed that it was no longer the only one.
 */
final class WriterCheck {

    private final Findings findings;
    private long handovers;

    WriterCheck(Findings findings) {
        this.findings = findings;
    }

    void check(List<JournalRow> rows) {
        Set<String> before = new HashSet<>();
        String writer = "";
        long expected = 1;
        long position = -1;
        for (JournalRow row : rows) {
            long number = expected;
            findings.check(
                    Invariant.ONE_WRITER,
                    row.sequence() == number,
                    () -> "sequence number " + number + " was expected: " + row.shown());
            expected = row.sequence() + 1;
            if (row.position() <= position) {
                findings.violated(
                        Invariant.ONE_WRITER, "position " + row.position() + " is not after the last: " + row.shown());
            }
            position = row.position();
            if (!row.writer().equals(writer)) {
                if (!before.add(row.writer())) {
                    findings.violated(
                            Invariant.ONE_WRITER,
                            "writer " + row.writer() + " writes again after another: " + row.shown());
                }
                handovers += writer.isEmpty() ? 0 : 1;
                writer = row.writer();
            }
        }
    }

    void report() {
        findings.figure("changes of writer", handovers);
    }
}

package lull.faults;

import java.time.Duration;
import java.time.Instant;

/** I11, by the load client's own log: from some time after the last fault on everything is answered. */
final class LivenessCheck {

    /** How long after the last fault things may take. */
    static final Duration RECOVERY = Duration.ofSeconds(30);

    private final Findings findings;
    private final Instant from;

    LivenessCheck(Findings findings, Instant healed) {
        this.findings = findings;
        this.from = healed.plus(RECOVERY);
    }

    void check(LoadRecord sent) {
        if (sent.last() && sent.planned().isAfter(from)) {
            findings.check(
                    Invariant.LIVENESS,
                    sent.outcome() == Outcome.ACKNOWLEDGED,
                    () -> sent.outcome() + " long after the last fault: " + AnswerCheck.shown(sent));
        }
    }
}

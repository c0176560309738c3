package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import lull.model.Limits;
import lull.model.SlowModel;

/** Everything that can be said of conversations one by one, and nothing that needs more than what it is given. */
final class ConversationCheck {

    private final WriterCheck writers;
    private final HistoryCheck history;
    private final LatenessCheck lateness;
    private final AnswerCheck answers;
    private final ReadModelCheck readModel;
    private final ZombieCheck zombies;

    /** @param settled what was due until then must have been applied */
    ConversationCheck(Findings findings, Limits limits, Duration latenessBound, Instant settled, ZombieCheck zombies) {
        this.writers = new WriterCheck(findings);
        this.history = new HistoryCheck(findings, limits, settled);
        this.lateness = new LatenessCheck(findings, latenessBound);
        this.answers = new AnswerCheck(findings);
        this.readModel = new ReadModelCheck(findings);
        this.zombies = zombies;
    }

    void check(ConversationEvidence evidence) {
        writers.check(evidence.rows());
        lateness.check(evidence.rows());
        zombies.check(evidence.rows());
        List<Replayed> states = Replayed.states(evidence.rows());
        SlowModel.Outcome model = history.check(evidence.rows(), states);
        answers.check(evidence, states, model);
        readModel.check(evidence, states);
    }

    void report() {
        history.report();
        lateness.report();
        answers.report();
        writers.report();
        zombies.report();
    }
}

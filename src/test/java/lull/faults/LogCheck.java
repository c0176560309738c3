package lull.faults;

import java.util.Map;
import java.util.TreeMap;

/** What the nodes said themselves: a history that is not ours (I7), and who was fenced off how often. */
final class LogCheck {

    private final Findings findings;
    private final ZombieCheck zombies;
    private final Map<String, Integer> fenced = new TreeMap<>();
    private final Map<String, Integer> errors = new TreeMap<>();

    LogCheck(Findings findings, ZombieCheck zombies) {
        this.findings = findings;
        this.zombies = zombies;
    }

    void check(LogLine line) {
        zombies.check(line);
        if (line.message().contains("this is of another history")) {
            findings.violated(Invariant.STATE_MACHINE, "a node could not make sense of a history: " + line);
        }
        if (line.message().contains(LogLine.SECOND_WRITER)) {
            fenced.merge(line.node(), 1, Integer::sum);
        }
        if (line.level().equals("ERROR")) {
            errors.merge(line.node(), 1, Integer::sum);
        }
    }

    void report() {
        findings.figure("writes that came second, by node", fenced);
        findings.figure("errors logged, by node", errors);
    }
}

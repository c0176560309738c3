package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A node that stood still for longer than {@link Zombie#TOLERATED} is out of the cluster without knowing it. What it had decided
 * before may still reach the journal, if nobody was first. Nothing else may: between its awakening and its end no row may be stored by
 * it (the database itself noted who sent the row, see {@link StorageNotes}) that was decided after its pause had begun.
 *
 * <p>And no other node may suffer: no batch fails for a duplicate key of one of its rows, ever, and in that time nobody but the zombie
 * itself finds a second writer in front of it.
 */
final class ZombieCheck {

    /** What was decided while the signal travelled was decided before the pause. */
    private static final Duration SIGNAL = Duration.ofMillis(250);

    private final Findings findings;
    private final List<Zombie> zombies;
    private long storedAfterwards;

    ZombieCheck(Findings findings, List<Zombie> zombies) {
        this.findings = findings;
        this.zombies = zombies.stream().filter(Zombie::isOut).toList();
    }

    void check(List<JournalRow> rows) {
        for (Zombie zombie : zombies) {
            rows.forEach(it -> check(zombie, it));
        }
    }

    private void check(Zombie zombie, JournalRow row) {
        if (row.stored().isEmpty()) {
            findings.violated(Invariant.ZOMBIES, "nobody noted who stored it, so it cannot be judged: " + row.shown());
            return;
        }
        JournalRow.Stored stored = row.stored().get();
        boolean byZombie = stored.node().equals(zombie.node())
                && stored.at().isAfter(zombie.resumed())
                && !stored.at().isAfter(zombie.ended());
        storedAfterwards += byZombie ? 1 : 0;
        findings.check(
                Invariant.ZOMBIES,
                !byZombie || row.decided().isBefore(zombie.paused().plus(SIGNAL)),
                () -> "stored by " + zombie + " and decided after its pause began: " + row.shown());
    }

    /** @param line of any node's log */
    void check(LogLine line) {
        boolean neighboursFailed = line.message().startsWith("A batch of ")
                && (line.message().contains("duplicate key") || line.message().contains("event_journal_pkey"));
        findings.check(
                Invariant.ZOMBIES, !neighboursFailed, () -> "writes of several failed for one duplicate key: " + line);
        if (line.message().contains(LogLine.SECOND_WRITER)) {
            for (Zombie zombie : zombies) {
                boolean hurt = !line.node().equals(zombie.node()) && awake(zombie, line.at());
                findings.check(Invariant.ZOMBIES, !hurt, () -> zombie + " was first to write: " + line);
            }
        }
    }

    private static boolean awake(Zombie zombie, Instant at) {
        return at.isAfter(zombie.resumed()) && !at.isAfter(zombie.ended());
    }

    void report() {
        if (!zombies.isEmpty()) {
            findings.figure("zombies", zombies.size() + ", which stored " + storedAfterwards + " old rows");
        }
    }
}

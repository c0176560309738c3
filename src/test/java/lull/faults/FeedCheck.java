package lull.faults;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** I8 and I7 for the feeds: line by line what the journal has, in its order. */
final class FeedCheck {

    private final Findings findings;
    private final String feed;

    FeedCheck(Findings findings, String feed) {
        this.findings = findings;
        this.feed = feed;
    }

    /**
     * @param journal what the feed must have, by position
     * @param lines what it has
     * @return lines behind the end of the journal as it was read: what has come since, or what nobody has written
     */
    List<FeedLine> check(Iterator<FeedLine> journal, Iterator<FeedLine> lines) {
        List<FeedLine> behind = new ArrayList<>();
        FeedLine line = next(lines);
        long reached = -1;
        while (journal.hasNext()) {
            FeedLine row = journal.next();
            while (line != null && line.position() < row.position()) {
                findings.violated(Invariant.STATE_MACHINE, feed + " has what the journal has not: " + line);
                line = next(lines);
            }
            boolean there = line != null && line.position() == row.position();
            findings.check(Invariant.READ_MODEL, there, () -> feed + " lacks " + row);
            if (there) {
                FeedLine is = line;
                findings.check(
                        Invariant.STATE_MACHINE, is.equals(row), () -> feed + " has " + is + ", the journal " + row);
                line = next(lines);
            }
            reached = row.position();
        }
        for (; line != null; line = next(lines)) {
            if (line.position() <= reached) {
                findings.violated(Invariant.STATE_MACHINE, feed + " goes back to " + line);
            }
            behind.add(line);
        }
        return behind;
    }

    private static FeedLine next(Iterator<FeedLine> lines) {
        return lines.hasNext() ? lines.next() : null;
    }
}

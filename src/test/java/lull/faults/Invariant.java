package lull.faults;

/** What must hold whatever fails. The numbers are those of the list in the design of the fault suite. */
enum Invariant {
    ACKNOWLEDGED("I1", "what was acknowledged is in the journal once, as answered, and nothing is that was never sent"),
    ONE_WRITER("I2", "sequence numbers from 1 without a gap, writers take turns but never interleave"),
    TIMEOUTS_ONCE("I3", "each timeout that the messages imply was applied exactly once"),
    LATENESS("I4", "never early, and late within the bound"),
    MESSAGES("I5", "what messages and closings do is what the rules say, against timeouts too"),
    MONOTONIC("I6", "effective time never goes back within a conversation"),
    STATE_MACHINE("I7", "only legal transitions; journal, feeds, looks and read model tell one story"),
    READ_MODEL("I8", "the read model and the feeds are complete"),
    BACKLOG("I10", "nothing due is left over 30 s after the last fault"),
    LIVENESS("I11", "every conversation answers, at most 30 s after the last fault"),
    ZOMBIES("Z", "a node that was paused wrote nothing that it decided afterwards, and hurt nobody");

    private final String number;
    private final String sentence;

    Invariant(String number, String sentence) {
        this.number = number;
        this.sentence = sentence;
    }

    String number() {
        return number;
    }

    String sentence() {
        return sentence;
    }
}

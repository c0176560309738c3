package lull.faults;

/** Judges a run when it is over. */
final class Checker {

    private Checker() {}

    static Verdict check(Evidence evidence) {
        return new Findings().verdict();
    }
}

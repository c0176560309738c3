package lull.faults;

/** What came of sending a request once. */
enum Outcome {
    /** A success, or a closing that was recorded though it came too late. */
    ACKNOWLEDGED,
    /** 503: not known whether it was carried out. */
    UNAVAILABLE,
    /** No answer in time: not known either. */
    TIMEOUT,
    /** The connection ended before the answer did: not known either. */
    RESET,
    /** Any other 5xx. */
    ERROR,
    /** A 4xx that nobody expected. */
    REFUSED,
    /** No connection could be opened. */
    NOT_SENT,
    /** No node said that it was ready, so there was nowhere to send it. */
    NO_NODE,
    /** As many requests as the plan allows were under way. */
    SHED;

    /** Whether the server may have carried it out. */
    boolean mayHaveHappened() {
        return this == ACKNOWLEDGED || this == UNAVAILABLE || this == TIMEOUT || this == RESET || this == ERROR;
    }

    /** Whether nobody can tell if it was carried out. */
    boolean isUnknown() {
        return mayHaveHappened() && this != ACKNOWLEDGED;
    }
}

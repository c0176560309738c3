package lull.domain;

/** Where a session stands. The first three are live, the last three are final. */
public enum State {
    /** Opened; nobody on our side has answered. */
    PENDING("pending"),
    /** Answered, and heard from within {@code idleAfter}. */
    ACTIVE("active"),
    /** Paused: silent for {@code idleAfter}. */
    IDLE("idle"),
    /** Ended by time. */
    EXPIRED("expired"),
    /** Ended on request. */
    CLOSED("closed"),
    /** Ended by an error on our side. */
    FAILED("failed");

    private final String wireName;

    State(String wireName) {
        this.wireName = wireName;
    }

    /** The name on the wire and in storage: lower case. */
    public String wireName() {
        return wireName;
    }

    public boolean isLive() {
        return compareTo(IDLE) <= 0;
    }
}

package lull.domain;

/**
 * The rules by which time alone changes a state. Their order is the order at one instant (SEMANTICS, "several deadlines"): expiry beats
 * idle, and {@code max-age} beats the other expiries.
 */
public enum Rule {
    /** Session start + {@code maxAge}, from any live state. */
    MAX_AGE("max-age", State.EXPIRED),
    /** Session start + {@code pendingExpireAfter}, from pending. */
    PENDING_TIMEOUT("pending-timeout", State.EXPIRED),
    /** Idle moment + {@code expireAfter}, from idle. */
    IDLE_EXPIRED("idle-expired", State.EXPIRED),
    /** Last message + {@code idleAfter}, from active. */
    IDLE_TIMEOUT("idle-timeout", State.IDLE);

    private final String wireName;
    private final State to;

    Rule(String wireName, State to) {
        this.wireName = wireName;
        this.to = to;
    }

    /** The reason that a transition by this rule carries. */
    public String wireName() {
        return wireName;
    }

    /** The state that this rule leads to. */
    public State to() {
        return to;
    }
}

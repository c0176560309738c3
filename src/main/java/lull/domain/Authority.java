package lull.domain;

/**
 * Who ended a session, weakest first (design, section 3: failed &gt; user &gt; support &gt; agent &gt; expired). The design gives
 * no rank to a closing by the system; we rank it with the timeouts, which are also nobody's wish.
 */
public enum Authority {
    /** A timeout. Nobody can ask for it. */
    TIME("time", 0),
    SYSTEM("system", 0),
    AGENT("agent", 1),
    SUPPORT("support", 2),
    USER("user", 3),
    /** A failure, whoever reports it. */
    FAILURE("failure", 4);

    private final String wireName;
    private final int rank;

    Authority(String wireName, int rank) {
        this.wireName = wireName;
        this.rank = rank;
    }

    /** The name on the wire and in storage: lower case. */
    public String wireName() {
        return wireName;
    }

    /** True if a request of this authority, had it come first, would have been preferred to one of {@code other}. */
    public boolean outranks(Authority other) {
        return rank > other.rank;
    }
}

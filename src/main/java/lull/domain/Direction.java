package lull.domain;

/** Who wrote a message. */
public enum Direction {
    /** From the customer. */
    INBOUND("inbound"),
    /** From our side: an agent, a bot, a system. */
    OUTBOUND("outbound");

    private final String wireName;

    Direction(String wireName) {
        this.wireName = wireName;
    }

    /** The name on the wire and in storage: lower case. */
    public String wireName() {
        return wireName;
    }
}

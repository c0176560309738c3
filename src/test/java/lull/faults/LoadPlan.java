package lull.faults;

/**
 * What the load client does, all of it decided by the seed.
 *
 * @param perSecond new messages and closings a second; repeats and looks come on top, about a sixth of that
 * @param conversations how many there are
 * @param prefix of the keys of all of them, and so of this run: letters, digits and hyphens
 * @param inFlight the most requests under way; what would be more is counted as shed by the client
 */
record LoadPlan(long seed, int perSecond, int conversations, String prefix, int inFlight) {

    private static final int IN_FLIGHT = 600;

    LoadPlan {
        if (perSecond < 1 || perSecond > 10_000 || conversations < 1 || inFlight < 1) {
            throw new IllegalArgumentException("1-10000 a second, 1 or more conversations, 1 or more in flight");
        }
        if (!prefix.matches("[A-Za-z0-9-]+")) {
            throw new IllegalArgumentException("prefix: letters, digits and hyphens, not " + prefix);
        }
    }

    LoadPlan(long seed, int perSecond, int conversations, String prefix) {
        this(seed, perSecond, conversations, prefix, IN_FLIGHT);
    }

    /** The load of the fault table: 200 a second over 2,000 conversations. */
    static LoadPlan standard(long seed, String prefix) {
        return new LoadPlan(seed, 200, 2_000, prefix);
    }

    String conversation(int index) {
        return prefix + "-" + index;
    }
}

package lull.domain;

/**
 * The name of a conversation.
 *
 * @param tenant whose conversation it is: 1-63 lower-case letters, digits and hyphens
 * @param key 1-255 printable ASCII characters without space and slash, so that a key is safe in a path, a log line and a terminal
 */
public record ConversationId(String tenant, String key) {

    public static final int LONGEST_KEY = 255;

    /**
     * The slices of the due index, each of which is a shard of the cluster too. Fixed for the life of a database, because each row holds its
     * slice. Three for each node that one PostgreSQL can feed.
     */
    public static final int SLICES = 16;

    private static final int LONGEST_TENANT = 63;

    /** @throws IllegalArgumentException saying which part is wrong and what would be right */
    public ConversationId {
        if (!isTenant(tenant)) {
            throw new IllegalArgumentException("a tenant is 1-63 lower-case letters, digits and hyphens");
        }
        if (!isKey(key)) {
            throw new IllegalArgumentException(
                    "a conversation key is 1-255 printable ASCII characters without space and slash");
        }
    }

    /** Both by hand: an id is made for every request and every row that is read. */
    private static boolean isTenant(String text) {
        boolean right = !text.isEmpty() && text.length() <= LONGEST_TENANT;
        for (int i = 0; right && i < text.length(); i++) {
            char c = text.charAt(i);
            right = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-';
        }
        return right;
    }

    private static boolean isKey(String text) {
        boolean right = !text.isEmpty() && text.length() <= LONGEST_KEY;
        for (int i = 0; right && i < text.length(); i++) {
            char c = text.charAt(i);
            right = c > ' ' && c <= '~' && c != '/';
        }
        return right;
    }

    /** The name in storage and in the cluster: tenant, bar, key. A tenant holds no bar. */
    public String entityId() {
        return tenant + '|' + key;
    }

    /** Reverses {@link #entityId}. */
    public static ConversationId parse(String entityId) {
        int bar = entityId.indexOf('|');
        return new ConversationId(entityId.substring(0, Math.max(bar, 0)), entityId.substring(bar + 1));
    }

    /** The slice of the due index that this conversation belongs to: 0 until {@link #SLICES}. */
    public int slice() {
        return slice(entityId());
    }

    /** The same, of an {@link #entityId}. */
    public static int slice(String entityId) {
        return Math.floorMod(entityId.hashCode(), SLICES);
    }
}

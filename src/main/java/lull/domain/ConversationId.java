package lull.domain;

import java.util.regex.Pattern;

/**
 * The name of a conversation.
 *
 * @param tenant whose conversation it is: 1-63 lower-case letters, digits and hyphens
 * @param key 1-255 printable ASCII characters without space and slash, so that a key is safe in a path, a log line and a terminal
 */
public record ConversationId(String tenant, String key) {

    public static final int LONGEST_KEY = 255;

    /** The slices of the due index. Fixed for the life of a database, because each row holds its slice. */
    public static final int SLICES = 16;

    private static final Pattern TENANT = Pattern.compile("[a-z0-9-]{1,63}");
    private static final Pattern KEY = Pattern.compile("[!-.0-~]{1,255}");

    /** @throws IllegalArgumentException saying which part is wrong and what would be right */
    public ConversationId {
        if (!TENANT.matcher(tenant).matches()) {
            throw new IllegalArgumentException("a tenant is 1-63 lower-case letters, digits and hyphens");
        }
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    "a conversation key is 1-255 printable ASCII characters without space and slash");
        }
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
        return Math.floorMod(entityId().hashCode(), SLICES);
    }
}

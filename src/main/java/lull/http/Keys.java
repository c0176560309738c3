package lull.http;

import lull.domain.ConversationId;

/** The names of conversations, as they come in. */
final class Keys {

    /** Whose conversations these are. There is one tenant until requests are authenticated. */
    static final String TENANT = "default";

    private static final String EXPECTED = "1-255 printable ASCII characters without space and slash, and not . or ..";

    private Keys() {}

    /**
     * @param field how a refusal names it
     * @throws Problem.Refused if it cannot be a key
     */
    static ConversationId id(String field, String key) {
        // Clients and proxies take a dot segment out of a path before we see it: such a conversation could not be asked
        // for.
        if (key.equals(".") || key.equals("..")) {
            throw Problem.bad(field, "a path cannot hold it", EXPECTED).refused();
        }
        try {
            return new ConversationId(TENANT, key);
        } catch (IllegalArgumentException e) {
            String detail = key.isEmpty()
                    ? "it is empty"
                    : key.length() > ConversationId.LONGEST_KEY
                            ? "it has " + key.length() + " characters"
                            : "it has a character that a key cannot have";
            throw Problem.bad(field, detail, EXPECTED).refused();
        }
    }
}

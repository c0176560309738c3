package lull.faults;

import java.util.Optional;

/**
 * One thing that the load client wants of a conversation. Sent again, it is the same: the id makes that safe.
 *
 * @param serial which id of its conversation this is, from 1; 0 for a look
 * @param id empty for a look
 * @param detail direction of a message, or who closes; empty for the others
 */
record Request(Kind kind, int conversationIndex, String conversation, int serial, Optional<String> id, String detail) {

    enum Kind {
        MESSAGE,
        CLOSE,
        FAIL,
        LOOK
    }

    String method() {
        return kind == Kind.LOOK ? "GET" : "POST";
    }

    String path() {
        return "/v1/conversations/" + conversation
                + switch (kind) {
                    case MESSAGE -> "/messages";
                    case CLOSE -> "/close";
                    case FAIL -> "/fail";
                    case LOOK -> "";
                };
    }

    /** Empty for a look. */
    String body() {
        return switch (kind) {
            case MESSAGE -> "{\"messageId\":\"" + id.orElseThrow() + "\",\"direction\":\"" + detail + "\"}";
            case CLOSE -> "{\"messageId\":\"" + id.orElseThrow() + "\",\"by\":\"" + detail + "\"}";
            case FAIL -> "{\"messageId\":\"" + id.orElseThrow() + "\"}";
            case LOOK -> "";
        };
    }
}

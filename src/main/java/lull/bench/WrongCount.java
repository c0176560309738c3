package lull.bench;

import java.util.Objects;

/** A figure that means nothing, because what it measured did not come out right. */
final class WrongCount extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private WrongCount(String message) {
        super(message);
    }

    static void unlessEqual(String what, Object expected, Object found) {
        unless(Objects.equals(expected, found), what + " should be " + expected + ", found " + found);
    }

    static void unless(boolean right, String otherwise) {
        if (!right) {
            throw new WrongCount(otherwise);
        }
    }
}

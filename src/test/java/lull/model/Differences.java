package lull.model;

import java.util.List;
import java.util.function.Supplier;

/** Compares lists and tells of the first place where they part. */
public final class Differences {

    private Differences() {}

    /** @throws AssertionError naming the first difference, if there is one */
    public static void mustBeEqual(String what, List<?> expected, List<?> actual) {
        if (expected.equals(actual)) {
            return;
        }
        int i = 0;
        while (i < expected.size() && i < actual.size() && expected.get(i).equals(actual.get(i))) {
            i++;
        }
        throw new AssertionError(
                what + ": first difference at " + i + "\n  expected " + at(expected, i) + "\n  but was  "
                        + at(actual, i) + "\n  (" + expected.size() + " expected, " + actual.size() + " found)");
    }

    /** @throws AssertionError if they differ */
    public static void mustBeEqual(Supplier<String> what, Object expected, Object actual) {
        must(expected.equals(actual), () -> what.get() + "\n  expected " + expected + "\n  but was  " + actual);
    }

    /** @throws AssertionError with the text, if the condition does not hold */
    public static void must(boolean condition, Supplier<String> otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise.get());
        }
    }

    private static Object at(List<?> list, int index) {
        return index < list.size() ? list.get(index) : "(nothing)";
    }
}

package lull.bench;

import java.util.List;
import java.util.Locale;

/**
 * One measured quantity.
 *
 * @param values one for each run
 * @param how how it was measured, in a few words
 */
record Figure(String name, String unit, List<Double> values, String how) {

    /** The middle one; of an even number the lower of the two in the middle, so that it is one that was measured. */
    double median() {
        return sorted().get((values.size() - 1) / 2);
    }

    double least() {
        return sorted().get(0);
    }

    double most() {
        return sorted().get(values.size() - 1);
    }

    private List<Double> sorted() {
        return values.stream().sorted().toList();
    }

    /** Three significant digits at least; more tells nothing here. */
    static String text(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}

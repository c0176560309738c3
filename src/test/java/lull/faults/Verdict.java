package lull.faults;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the checker found.
 *
 * @param results one for each invariant, in their order
 * @param figures what was measured, by name, in a settled order
 */
record Verdict(List<Result> results, Map<String, String> figures) {

    /**
     * @param checked how many things were looked at
     * @param violations how many of them were wrong
     * @param examples the first of them, with ids and times
     */
    record Result(Invariant invariant, long checked, long violations, List<String> examples) {
        boolean ok() {
            return violations == 0;
        }
    }

    boolean ok() {
        return results.stream().allMatch(Result::ok);
    }

    Result of(Invariant invariant) {
        return results.stream()
                .filter(it -> it.invariant() == invariant)
                .findFirst()
                .orElseThrow();
    }

    Optional<String> figure(String name) {
        return Optional.ofNullable(figures.get(name));
    }

    /** A short table, then the first violations of each invariant that does not hold, then the figures. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Result result : results) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-4s %-4s %9d checked %6d wrong  %s%n",
                    result.ok() ? "ok" : "NOT",
                    result.invariant().number(),
                    result.checked(),
                    result.violations(),
                    result.invariant().sentence()));
            result.examples().forEach(it -> text.append("       ").append(it).append(System.lineSeparator()));
        }
        figures.forEach((name, figure) -> text.append(String.format("%-34s %s%n", name, figure)));
        return text.toString();
    }
}

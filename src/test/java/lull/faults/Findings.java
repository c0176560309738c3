package lull.faults;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Gathers what the checks find: counts, the first violations of each invariant, figures. Not for several threads. */
final class Findings {

    private static final int SHOWN = 10;

    private final Map<Invariant, Tally> tallies = new EnumMap<>(Invariant.class);
    private final Map<String, String> figures = new LinkedHashMap<>();

    private static final class Tally {
        private long checked;
        private long violations;
        private final List<String> examples = new ArrayList<>();
    }

    Findings() {
        for (Invariant invariant : Invariant.values()) {
            tallies.put(invariant, new Tally());
        }
    }

    /** One more thing was looked at. */
    void check(Invariant invariant, boolean holds, Supplier<String> otherwise) {
        tallies.get(invariant).checked++;
        if (!holds) {
            violated(invariant, otherwise.get());
        }
    }

    /** Something is wrong that was not counted as looked at. */
    void violated(Invariant invariant, String what) {
        Tally tally = tallies.get(invariant);
        tally.violations++;
        if (tally.examples.size() < SHOWN) {
            tally.examples.add(what);
        }
    }

    void figure(String name, Object value) {
        figures.put(name, value.toString());
    }

    Verdict verdict() {
        List<Verdict.Result> results = new ArrayList<>();
        tallies.forEach((invariant, tally) -> results.add(
                new Verdict.Result(invariant, tally.checked, tally.violations, List.copyOf(tally.examples))));
        return new Verdict(List.copyOf(results), new LinkedHashMap<>(figures));
    }
}

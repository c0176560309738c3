package lull.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures so far, in the order in which they came up first. */
final class Figures {

    private final Map<String, Figure> byName = new LinkedHashMap<>();

    /** Adds the value of one run. */
    void add(String name, String unit, double value, String how) {
        Figure figure = byName.computeIfAbsent(name, it -> new Figure(name, unit, new ArrayList<>(), how));
        figure.values().add(value);
    }

    /** A markdown table. */
    String table() {
        List<String> lines = new ArrayList<>();
        lines.add("| figure | unit | runs | median | min - max | how measured |");
        lines.add("|---|---|--:|--:|--:|---|");
        for (Figure it : byName.values()) {
            String spread = it.values().size() == 1 ? "" : Figure.text(it.least()) + " - " + Figure.text(it.most());
            lines.add("| " + it.name() + " | " + it.unit() + " | " + it.values().size() + " | "
                    + Figure.text(it.median()) + " | " + spread + " | " + it.how() + " |");
        }
        return String.join("\n", lines) + "\n";
    }
}

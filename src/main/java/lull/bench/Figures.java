package lull.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures so far, in the order in which they came up first. */
final class Figures {

    /**
     * What the figures were taken under.
     *
     * @param load the load average before
     * @param seconds that it all took
     */
    record Circumstances(String machine, double load, long seconds, boolean quick) {}

    private final Map<String, Figure> byName = new LinkedHashMap<>();

    /** Adds the value of one run. */
    void add(String name, String unit, double value, String how) {
        Figure figure = byName.computeIfAbsent(name, it -> new Figure(name, unit, new ArrayList<>(), how));
        figure.values().add(value);
    }

    /** For programs: the circumstances, and {@code figures} with every value. */
    String json(Circumstances circumstances) throws JsonProcessingException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("machine", circumstances.machine());
        all.put("load", circumstances.load());
        all.put("seconds", circumstances.seconds());
        all.put("quick", circumstances.quick());
        List<Map<String, Object>> figures = new ArrayList<>();
        for (Figure it : byName.values()) {
            Map<String, Object> figure = new LinkedHashMap<>();
            figure.put("name", it.name());
            figure.put("unit", it.unit());
            figure.put("values", it.values());
            figure.put("median", it.median());
            figure.put("how", it.how());
            figures.add(figure);
        }
        all.put("figures", figures);
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n";
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

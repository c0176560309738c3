package lull.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the load client leaves behind.
 *
 * @param file one JSON object a line: requests (see {@link LoadRecord}), and nodes that became ready or ceased to be
 * @param intervals what was measured, in the order of the marks
 */
record LoadLog(Path file, LoadPlan plan, List<Load.Target> targets, List<LoadStats> intervals) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Every attempt of every request, in the order of their ends. */
    void forEach(Consumer<LoadRecord> reader) throws IOException {
        try (MappingIterator<JsonNode> lines = JSON.readerFor(JsonNode.class).readValues(file.toFile())) {
            while (lines.hasNext()) {
                JsonNode line = lines.next();
                if (line.has("kind")) {
                    reader.accept(LoadRecord.read(line));
                }
            }
        }
    }
}

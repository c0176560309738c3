package lull.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The oracle, a program of somebody else's that computes the same rules, and its files. It lies beside the project,
 * not in it.
 */
public final class Oracle {

    private static final Path SHARED = Path.of(System.getProperty("lull.shared", "../shared"));
    private static final ObjectMapper JSON = new ObjectMapper();

    private Oracle() {}

    /** Why its files cannot be used; empty if they can. */
    public static Optional<String> filesMissing() {
        List<String> needed = List.of("data/conversations.jsonl", "oracle/policies", "oracle/oracle.py");
        return needed.stream()
                .map(SHARED::resolve)
                .filter(it -> !Files.exists(it))
                .findFirst()
                .map(it -> it.toAbsolutePath().normalize() + " does not exist");
    }

    /** Why it cannot be run; empty if it can. */
    public static Optional<String> notRunnable() throws InterruptedException {
        if (filesMissing().isPresent()) {
            return filesMissing();
        }
        try {
            Process python = new ProcessBuilder("python3", "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return python.waitFor() == 0 ? Optional.empty() : Optional.of("python3 does not work");
        } catch (IOException noSuchProgram) {
            return Optional.of("there is no python3: " + noSuchProgram.getMessage());
        }
    }

    /** The file of the recorded conversations. */
    public static Path recording() {
        return SHARED.resolve("data/conversations.jsonl");
    }

    /** The recorded conversations, in order of arrival. */
    public static List<Line> conversations() throws IOException {
        return read(recording()).stream().map(Oracle::line).toList();
    }

    /** One of the policies that it comes with. */
    public static Limits policy(String name) throws IOException {
        JsonNode json = JSON.readTree(
                SHARED.resolve("oracle/policies/" + name + ".json").toFile());
        return new Limits(
                duration(json, "idleAfter").orElseThrow(),
                duration(json, "expireAfter"),
                duration(json, "pendingExpireAfter"),
                duration(json, "maxAge"));
    }

    /** What the recorded conversations lead to under one of the policies. */
    public static List<Transition> expected(String policy) throws IOException {
        return transitions(SHARED.resolve("data/expected." + policy + ".jsonl"));
    }

    /** Runs it. */
    public static List<Transition> run(List<Line> lines, Limits limits, Path directory)
            throws IOException, InterruptedException {
        Path input = Files.writeString(
                directory.resolve("lines.jsonl"),
                lines.stream().map(Line::json).collect(Collectors.joining("\n", "", "\n")));
        Path policy = Files.writeString(directory.resolve("policy.json"), limits.json());
        Path output = directory.resolve("transitions.jsonl");
        File log = directory.resolve("oracle.log").toFile();
        Process oracle = new ProcessBuilder(
                        "python3",
                        SHARED.resolve("oracle/oracle.py").toString(),
                        input.toString(),
                        "--policy",
                        policy.toString(),
                        "-o",
                        output.toString())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        if (!oracle.waitFor(60, TimeUnit.SECONDS) || oracle.exitValue() != 0) {
            oracle.destroyForcibly();
            throw new IOException("the oracle failed: " + Files.readString(log.toPath()));
        }
        return transitions(output);
    }

    private static List<Transition> transitions(Path file) throws IOException {
        return read(file).stream()
                .map(it -> new Transition(
                        it.required("conversation").textValue(),
                        it.required("session").intValue(),
                        text(it, "from"),
                        it.required("to").textValue(),
                        Instant.parse(it.required("at").textValue()),
                        it.required("reason").textValue()))
                .toList();
    }

    private static Line line(JsonNode json) {
        return new Line(
                json.required("conversation").textValue(),
                text(json, "messageId"),
                Instant.parse(json.required("at").textValue()),
                text(json, "type").orElse("message"),
                text(json, "direction"),
                text(json, "by"));
    }

    private static Optional<Duration> duration(JsonNode json, String field) {
        return text(json, field).map(Duration::parse);
    }

    private static Optional<String> text(JsonNode json, String field) {
        return Optional.ofNullable(json.path(field).textValue());
    }

    private static List<JsonNode> read(Path file) throws IOException {
        try (var values = JSON.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
            return values.readAll();
        }
    }
}

package lull.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import lull.domain.Policy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ReplayCommandTest {

    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

    @TempDir
    private Path directory;

    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"max", "2026-01-06T12:00:00Z"})
    void replays_until_the_horizon_and_sums_up(String horizon) throws Exception {
        Optional<Instant> until = horizon.equals("max") ? Optional.empty() : Optional.of(Instant.parse(horizon));
        List<Line> lines = Streams.of(new Streams.Shape(50, 500, 1, START)).toList();
        Path in = Files.write(
                directory.resolve("in.jsonl"), lines.stream().map(Line::json).toList());
        Path out = directory.resolve("out.jsonl");
        try (FakeNode node = new FakeNode(lines, until, Policy.DEFAULT, FakeNode.Faults.NONE, 1)) {
            String options = "--url " + node.url() + " --in-flight 8 --tick-every 20 --give-up-after PT20S --horizon "
                    + horizon + " --out " + out + " " + in;

            assertThat(run(options.split(" "))).isZero();

            assertThat(node.violations()).isEmpty();
            assertThat(node.ticks()).last().isEqualTo(until.orElse(Replay.END_OF_TIME));
            assertThat(err.toString().lines().toList())
                    .last()
                    .asString()
                    .startsWith("replay: " + node.lines() + " lines")
                    .endsWith(String.format(
                            Locale.ROOT,
                            "%,d transitions",
                            Files.readAllLines(out).size()));
        }
    }

    @Test
    void needs_a_file_for_the_transitions() {
        assertThat(run("in.jsonl")).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    private int run(String... args) {
        return new CommandLine(new ReplayCommand()).setErr(new PrintWriter(err)).execute(args);
    }
}

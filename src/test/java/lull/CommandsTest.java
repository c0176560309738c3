package lull;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class CommandsTest {

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final NodeCommand node = new NodeCommand();

    @Command(name = "node")
    private static final class NodeCommand implements Callable<Integer> {
        @Option(names = "--http-port")
        private int port = 8080;

        private int runs;

        @Override
        public Integer call() {
            runs++;
            if (port == 1) {
                throw new IllegalStateException("port 1\nis not ours");
            }
            return 0;
        }
    }

    private int run(String... args) {
        CommandLine commands = Commands.with(Map.of("node", node));
        commands.setOut(new PrintWriter(out));
        commands.setErr(new PrintWriter(err));
        return Commands.run(commands, args);
    }

    @Test
    void runs_the_node_when_no_command_is_named() {
        assertThat(run()).isZero();
        assertThat(run("--http-port", "9090")).isZero();
        assertThat(node.runs).isEqualTo(2);
        assertThat(node.port).isEqualTo(9090);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "node", "replay", "generate", "tick"})
    void every_command_has_help_and_version(String command) {
        String[] help = command.isEmpty() ? new String[] {"--help"} : new String[] {command, "--help"};
        String[] version = command.isEmpty() ? new String[] {"--version"} : new String[] {command, "--version"};

        assertThat(run(help)).isZero();
        assertThat(out.toString()).contains("Usage: lull" + (command.isEmpty() ? "" : " " + command), "--version");
        assertThat(run(version)).isZero();
        assertThat(out.toString()).matches("(?s).*lull [0-9]\\S*\\s+");
        assertThat(err.toString()).isEmpty();
        assertThat(node.runs).isZero();
    }

    @Test
    void explains_a_mistyped_option_even_if_a_required_one_is_missing() {
        assertThat(run("replay", "--in-fligt", "3", "in.jsonl")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualToNormalizingNewlines("lull replay: Unknown option: '--in-fligt'. Did you mean --in-flight?"
                        + " (see 'lull replay --help')\n");
    }

    @Test
    void explains_a_mistyped_option_of_the_default_command() {
        assertThat(run("--htp-port", "1")).isEqualTo(2);
        assertThat(err.toString())
                .contains("lull node: Unknown option: '--htp-port'", "--http-port?")
                .hasLineCount(1);
    }

    @Test
    void explains_a_mistyped_command() {
        assertThat(run("repaly")).isEqualTo(2);
        assertThat(err.toString()).contains("'repaly'", "Did you mean replay?").hasLineCount(1);
    }

    @Test
    void explains_a_wrong_value() {
        assertThat(run("replay", "--give-up-after", "5m", "--out", "x", "y")).isEqualTo(2);
        assertThat(run("replay", "--horizon", "tomorrow", "--out", "x", "y")).isEqualTo(2);
        assertThat(run(
                        "replay",
                        "--url",
                        "localhost",
                        "--out",
                        "x",
                        here("in", "").toString()))
                .isEqualTo(2);
        assertThat(run(
                        "replay",
                        "--in-flight",
                        "0",
                        "--out",
                        "x",
                        here("in", "").toString()))
                .isEqualTo(2);
        assertThat(run("generate", "--messages", "3", "--out", "x")).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "such as PT15M",
                        "such as 2026-01-05T08:00:00Z",
                        "http://127.0.0.1:8080",
                        "from 1 to",
                        "at least as many")
                .hasLineCount(5);
    }

    @Test
    void a_failure_is_one_line_and_exit_code_1() {
        assertThat(run("--http-port", "1")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualToNormalizingNewlines("lull node: IllegalStateException: port 1 is not ours\n");
    }

    @Test
    void a_line_that_cannot_be_read_fails_the_replay_and_leaves_no_file() {
        Path in = here("in.jsonl", "{\"conversation\":\"a\"}\n");
        Path to = directory.resolve("out.jsonl");

        assertThat(run("replay", "--out", to.toString(), in.toString())).isEqualTo(1);

        assertThat(err.toString()).contains("in.jsonl, line 1: at is missing").hasLineCount(1);
        assertThat(directory.toFile().list()).containsExactly("in.jsonl");
    }

    @Test
    void never_overwrites_the_input() {
        Path in = here("in.jsonl", "");

        assertThat(run("replay", "--out", in.toString(), in.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--out is the input itself");
    }

    @Test
    void generates_a_file_of_so_many_lines() throws Exception {
        Path to = directory.resolve("stream.jsonl");

        assertThat(run("generate", "--conversations", "5", "--messages", "50", "--seed", "3", "--out", to.toString()))
                .isZero();

        assertThat(Files.readAllLines(to)).hasSize(50);
        assertThat(run("generate", "--out", directory.resolve("no/x").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no such file or directory");
    }

    private Path here(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

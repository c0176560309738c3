package lull.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

class BenchCommandTest {

    private static final String A_SERVER = "--server=jdbc:postgresql://127.0.0.1:1/bench";

    /** What the command says before it exits, as it must, because of how it was called. */
    private static String refusal(String... arguments) {
        StringWriter said = new StringWriter();
        CommandLine command = new CommandLine(new BenchCommand((home, settings) -> {
            throw new AssertionError("a node was started");
        }));
        command.setErr(new PrintWriter(said));
        assertThat(command.execute(arguments)).isEqualTo(ExitCode.USAGE);
        return said.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"restart", "nodes", "storm,nodes"})
    void has_no_server_of_others_for_nodes_that_are_processes(String only) {
        assertThat(refusal(A_SERVER, "--only", only)).startsWith("--server is not for restart, nodes");
    }

    @Test
    void says_why_a_server_cannot_be_used() {
        assertThat(refusal("--server", "localhost:5432", "--only", "storm"))
                .startsWith("--server: it is not a JDBC URL of PostgreSQL");
        assertThat(refusal(A_SERVER, "--only", "storm")).startsWith("--server: Connection to 127.0.0.1:1 refused");
    }

    @Test
    void names_what_there_is_to_measure() {
        assertThat(refusal("--only", "storms"))
                .startsWith(
                        "--only storms: there is only entities, growth, heap, http, idle, lag, lateness, memory, nodes,"
                                + " recovery, restart, storm, stream");
    }

    @Test
    void measures_at_least_once() {
        assertThat(refusal("--runs", "0")).startsWith("--runs is 0, but it is 1 or more");
    }
}

package lull.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import lull.TestDatabase;
import lull.database.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program says to somebody who got something wrong, and to somebody who asks. */
class CommandLineIT {

    /** 20 s are promised; more here, as several starts may share a machine. */
    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir
    private Path directory;

    private record Ended(int exit, String out, List<String> err, Duration took) {
        /** Without what only tells how far it has come. */
        List<String> complaints() {
            return err.stream().filter(it -> !it.contains("Z INFO ")).toList();
        }
    }

    private Ended run(Map<String, String> settings, String... arguments) throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Map<String, String> all =
                new HashMap<>(Map.of("LULL_HOME", directory.resolve("home").toString()));
        all.putAll(settings);
        long begun = System.nanoTime();
        Process process = Undertaker.start(
                RunningNode.program(all, arguments).redirectOutput(out.toFile()).redirectError(err.toFile()));
        boolean ended = process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        process.destroy();
        assertThat(ended)
                .as(
                        "%s with %s ended\n%s\n%s",
                        List.of(arguments), settings, Files.readString(out), Files.readString(err))
                .isTrue();
        return new Ended(
                process.exitValue(),
                Files.readString(out),
                Files.readAllLines(err),
                Duration.ofNanos(System.nanoTime() - begun));
    }

    private void refuses(String variable, String value, Map<String, String> others) throws Exception {
        Map<String, String> settings = new HashMap<>(others);
        settings.put(variable, value);
        Ended ended = run(settings, "node");
        assertThat(ended.exit).isNotZero();
        assertThat(ended.complaints())
                .as("%s=%s: %s", variable, value, ended)
                .singleElement()
                .asString()
                .contains(variable);
    }

    @ParameterizedTest
    @CsvSource({
        "LULL_IDLE_AFTER,P1M",
        "LULL_IDLE_AFTER,none",
        "LULL_EXPIRE_AFTER,-PT1S",
        "LULL_PENDING_EXPIRE_AFTER,soon",
        "LULL_MAX_AGE,P11000D",
        "LULL_HTTP_PORT,99999",
        "LULL_MANAGEMENT_PORT,http",
        "LULL_JDBC_URL,nonsense",
        "LULL_CLOCK,moon",
        "LULL_TICK,PT0.01S",
        "LULL_MAX_IN_FLIGHT,0",
        "LULL_HTTP_INTERFACE,no.such.host.invalid",
        "LULL_HTTP_INTERFACE,192.0.2.1",
        "LULL_REMOTING_PORT,-1",
        "LULL_HOME,/dev/null/home"
    })
    void a_setting_that_cannot_be_is_named_in_one_line(String variable, String value) throws Exception {
        Map<String, String> database =
                variable.equals("LULL_HOME") || variable.equals("LULL_JDBC_URL") ? Map.of() : freshDatabase();
        refuses(variable, value, database);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LULL_HTTP_PORT", "LULL_MANAGEMENT_PORT", "LULL_REMOTING_PORT"})
    void a_port_that_is_taken_is_named_in_one_line(String variable) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            refuses(variable, Integer.toString(taken.getLocalPort()), freshDatabase());
        }
    }

    @Test
    void a_home_that_is_in_use_is_named_in_one_line_and_its_node_goes_on() throws Exception {
        Path home = directory.resolve("home");
        try (RunningNode node = RunningNode.start("home-in-use", Map.of("LULL_HOME", home.toString()))
                .awaitReady()) {
            refuses("LULL_HOME", home.toString(), Map.of());

            assertThat(new Http().get(node.api("/v1/conversations")).status()).isEqualTo(200);
        }
    }

    private static Map<String, String> freshDatabase() {
        DatabaseSettings database = TestDatabase.freshSettings();
        return Map.of(
                "LULL_JDBC_URL", database.jdbcUrl(),
                "LULL_JDBC_USER", database.user(),
                "LULL_JDBC_PASSWORD", database.password());
    }

    @ParameterizedTest
    @CsvSource({
        "--prot 8080,--prot",
        "node --prot 8080,--prot",
        "replay --in-fligth 3 --out x y,--in-flight",
        "generate --sed 7,--seed",
        "migrate --frce,--frce",
        "repaly,repaly"
    })
    void what_is_mistyped_is_explained_in_one_line(String command, String named) throws Exception {
        Ended ended = run(Map.of(), command.split(" "));

        assertThat(ended.exit).isEqualTo(2);
        assertThat(ended.complaints())
                .as("%s: %s", command, ended)
                .singleElement()
                .asString()
                .contains(named);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "node", "replay", "generate", "migrate"})
    void every_command_tells_how_it_is_used_and_its_version(String command) throws Exception {
        Ended help = run(Map.of(), (command + " --help").strip().split(" "));
        Ended version = run(Map.of(), (command + " --version").strip().split(" "));

        assertThat(help.exit).as("%s", help).isZero();
        assertThat(help.out).startsWith("Usage: lull").contains("--version");
        assertThat(help.err).isEmpty();
        assertThat(version.exit).as("%s", version).isZero();
        assertThat(version.out).matches("lull \\d\\S*\\R");
        assertThat(version.err).isEmpty();
    }
}

package lull.acceptance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node in a process of its own, started from the jar by its settings alone. What it says is kept in
 * {@code target/acceptance/<name>-<n>.out} and {@code .err}; an error here shows the end of it.
 */
final class RunningNode implements AutoCloseable {

    private static final Path JAR = Path.of(System.getProperty("lull.jar", "target/lull.jar"));
    private static final Path OUTPUT = Path.of("target", "acceptance");
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration END = Duration.ofSeconds(60);
    private static final Pattern API = Pattern.compile("(?m)^API +(http://[^/]+)/");
    private static final Pattern HEALTH = Pattern.compile("(?m)^health +(http://[^/]+)/");
    private static final Pattern READY = Pattern.compile("(?m)^ready +in ([0-9.]+) s");
    /** The exit code of a JVM that has ended in order because of SIGTERM: 128 and the signal's number. */
    static final int TOLD_TO_STOP = 143;

    private static final int SHOWN_LINES = 40;

    private final String name;
    private final int life;
    private final Map<String, String> settings;
    private final List<String> jvmOptions;
    private final Path out;
    private final Path err;
    private final Process process;
    private URI api;
    private URI management;

    private RunningNode(String name, int life, Map<String, String> settings, List<String> jvmOptions)
            throws IOException {
        this.name = name;
        this.life = life;
        this.settings = settings;
        this.jvmOptions = jvmOptions;
        this.out = OUTPUT.resolve(name + "-" + life + ".out");
        this.err = OUTPUT.resolve(name + "-" + life + ".err");
        this.process = Undertaker.start(program(settings, jvmOptions, "node")
                .redirectOutput(out.toFile())
                .redirectError(err.toFile()));
    }

    /** Starts a node on free ports. Settings are environment variables; those that are not named have their defaults. */
    static RunningNode start(String name, Map<String, String> settings) throws IOException {
        return start(name, settings, List.of());
    }

    /** The same with options for its JVM, such as {@code -Xmx256m}. */
    static RunningNode start(String name, Map<String, String> settings, List<String> jvmOptions) throws IOException {
        return new RunningNode(name, 1, settings, jvmOptions);
    }

    /** The program with a command line, from the jar, in an environment without settings but these. */
    static ProcessBuilder program(Map<String, String> settings, String... arguments) throws IOException {
        return program(settings, List.of(), arguments);
    }

    private static ProcessBuilder program(Map<String, String> settings, List<String> jvmOptions, String... arguments)
            throws IOException {
        Files.createDirectories(OUTPUT);
        if (!Files.exists(JAR)) {
            throw new IllegalStateException(
                    JAR.toAbsolutePath() + " is missing: build it with mvn -DskipTests package");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseParallelGC", "-Xmx512m"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(it -> it.startsWith("LULL_") || it.startsWith("JAVA_") || it.startsWith("JDK_"));
        environment.put("LULL_HTTP_PORT", "0");
        environment.put("LULL_MANAGEMENT_PORT", "0");
        environment.putAll(settings);
        return builder;
    }

    /** The same again after its end, but for some settings. */
    RunningNode startAgain(Map<String, String> changes) throws IOException {
        Map<String, String> changed = new TreeMap<>(settings);
        changed.putAll(changes);
        return new RunningNode(name, life + 1, changed, jvmOptions);
    }

    /** Waits until it says that it is ready, which gives the URLs. */
    RunningNode awaitReady() {
        await("the node is ready")
                .atMost(START)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> isReady() || !process.isAlive());
        if (!isReady()) {
            throw new AssertionError("the node ended with " + process.exitValue() + " before it was ready" + said());
        }
        api = URI.create(found(API));
        management = URI.create(found(HEALTH));
        return this;
    }

    private boolean isReady() {
        return READY.matcher(output()).find();
    }

    private String found(Pattern pattern) {
        Matcher matcher = pattern.matcher(output());
        if (!matcher.find()) {
            throw new AssertionError("no line like " + pattern + said());
        }
        return matcher.group(1);
    }

    /** What it printed, so far. */
    String output() {
        return read(out);
    }

    /** What it logged, so far. */
    String log() {
        return read(err);
    }

    /** The seconds that its start took, as it says. */
    double secondsToReady() {
        return Double.parseDouble(found(READY));
    }

    URI api(String path) {
        return api.resolve(path);
    }

    /** Known before it is ready if its port is among the settings. */
    URI management(String path) {
        URI known = management != null
                ? management
                : URI.create("http://" + settings.getOrDefault("LULL_MANAGEMENT_INTERFACE", "127.0.0.1") + ":"
                        + settings.get("LULL_MANAGEMENT_PORT"));
        return known.resolve(path);
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it as a crash does, and waits until it is gone. */
    void kill9() {
        process.destroyForcibly();
        awaitEnd(END);
    }

    /** Tells it to stop, as a service manager does. */
    void sigterm() {
        process.destroy();
    }

    /** Its exit code. */
    int awaitEnd(Duration atMost) {
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the node has not ended within " + atMost + said());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** For the message of an error: the end of its output and of its log. */
    String said() {
        return "\n--- " + out + "\n" + tail(output()) + "\n--- " + err + "\n" + tail(log());
    }

    private static String tail(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it if it still runs: gently, so that a database of its own is stopped with it. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** The process of the database that it has started itself, if its log tells. */
    Optional<Long> databasePid() {
        Matcher matcher =
                Pattern.compile("PostgreSQL .* started in .*, process (\\d+)").matcher(log());
        return matcher.find() ? Optional.of(Long.parseLong(matcher.group(1))) : Optional.empty();
    }
}

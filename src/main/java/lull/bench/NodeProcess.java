package lull.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node in a process of its own. Those of one home share its PostgreSQL. */
final class NodeProcess implements Store, AutoCloseable {

    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration END = Duration.ofSeconds(60);
    private static final int TRIES = 10;
    private static final Pattern PORT = Pattern.compile("^(API|health) +http://[^:/]+:(\\d+)/.*");
    private static final Pattern DATABASE = Pattern.compile("PostgreSQL .*port (\\d+), process (\\d+)");
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    private final Process process;
    private final Path home;
    private final Path log;
    private final CompletableFuture<Instant> ready = new CompletableFuture<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private volatile int apiPort;
    private volatile int managementPort;

    private NodeProcess(Process process, Path home, Path log) {
        this.process = process;
        this.home = home;
        this.log = log;
    }

    /**
     * Starts it, and comes back before it is ready.
     *
     * @param contactPoints where the management of others listens; empty for the first
     * @param options of its JVM, beside those of the README's command
     */
    static NodeProcess launch(Path home, NodeSettings settings, String contactPoints, String... options)
            throws IOException {
        Files.createDirectories(home.getParent());
        Path log = Files.createTempFile(home.getParent(), home.getFileName() + "-", ".log");
        settings.with("lull.cluster.contact-points", contactPoints)
                .with("lull.home", home.toString())
                .with("lull.jdbc.url", "")
                .with("lull.http.port", "0")
                .with("lull.management.port", "0")
                .with("lull.remoting.port", "0");
        List<String> command = new ArrayList<>();
        command.add(jdk("java"));
        command.add("-XX:+UseParallelGC");
        command.addAll(List.of(options));
        settings.byPath().forEach((path, value) -> command.add("-D" + path + "=" + value));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "lull.Main", "node"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().keySet().removeIf(it -> it.startsWith("LULL_"));
        Process process = builder.start();
        ALIVE.add(process);
        NodeProcess node = new NodeProcess(process, home, log);
        new Thread(node::listen, "node-" + process.pid()).start();
        return node;
    }

    /** Where a program of the JDK that runs this is. */
    static String jdk(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    private void listen() {
        try (BufferedReader said = process.inputReader()) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                Matcher port = PORT.matcher(line);
                if (port.matches() && port.group(1).equals("API")) {
                    apiPort = Integer.parseInt(port.group(2));
                } else if (port.matches()) {
                    managementPort = Integer.parseInt(port.group(2));
                } else if (line.startsWith("ready ")) {
                    ready.complete(Instant.now());
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(new IllegalStateException("it ended before it was ready"));
    }

    /** When it said that it was ready. */
    Instant awaitReady() {
        try {
            return ready.get(START.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("a node does not start: " + e.getMessage() + "\n" + read(log), e);
        }
    }

    String contactPoint() {
        return "127.0.0.1:" + managementPort;
    }

    /** Posts JSON. A 503 means: again. */
    void post(String path, String json) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + apiPort + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        for (int i = 0; i < TRIES && answer.statusCode() == 503; i++) {
            answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        }
        WrongCount.unless(answer.statusCode() == 200, "POST " + path + " was answered " + answer.body());
    }

    /** Opens number 0 of a prefix, active from that time on, and waits until it is in the read model. */
    void open(String prefix, Instant at) throws Exception {
        String key = Traffic.key(prefix, 0);
        post(
                "/v1/conversations/" + key + "/messages",
                "{\"messageId\":\"opening\",\"direction\":\"outbound\",\"at\":\"" + at + "\"}");
        awaitRows("id = ? and state = 1", Workbench.id(key).entityId(), 1);
    }

    /** Waits until the read model has so many. */
    void awaitRows(String condition, String parameter, long wanted) throws SQLException {
        Eventually.holds(
                "rows of the read model with " + condition,
                () -> Workbench.count(this, "select count(*) from conversation where " + condition, parameter)
                        == wanted);
    }

    /** Lets it collect all that is garbage. */
    void collect() throws IOException, InterruptedException {
        Process collection = new ProcessBuilder(jdk("jcmd"), String.valueOf(process.pid()), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        WrongCount.unless(collection.waitFor() == 0, "a node could not be told to collect its garbage");
    }

    /** What its process has used, to the clock tick of the system, mostly 10 ms. */
    long cpuNanos() {
        return process.toHandle()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
    }

    @Override
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + database(1) + "/lull",
                "lull",
                read(home.resolve("password")).strip());
    }

    @Override
    public long postgresPid() {
        return database(2);
    }

    private int database(int group) {
        Matcher found = DATABASE.matcher(read(log));
        WrongCount.unless(found.find(), "the node does not say where its database is");
        return Integer.parseInt(found.group(group));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it as {@code kill -9} does. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            ALIVE.remove(process);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends all that are left, when the benchmark is cut short. */
    static void killAll() {
        ALIVE.forEach(Process::destroyForcibly);
    }

    @Override
    public void close() {
        process.destroy();
        awaitEnd();
    }
}

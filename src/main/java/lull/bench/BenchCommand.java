package lull.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lull bench}. */
@Command(
        name = "bench",
        description = {
            "Measures this machine: a node with a PostgreSQL of its own in a temporary directory.",
            "Prints a table. Counts that do not come out exactly fail the command."
        })
public final class BenchCommand implements Callable<Integer> {

    /** Those that leave the least behind come first. */
    private static final List<Measurement> ALL = List.of(
            new KeepAlive(),
            new Storm(),
            new ProjectionLag(),
            new HeapUse(),
            new Recovery(),
            new Lateness(),
            new IdleCost(),
            new Growth(),
            new ResidentBound(),
            new Restart(),
            new Nodes());

    /** Their nodes are processes, with a server that is killed or set up for them. */
    private static final List<String> OWN_SERVER = List.of("restart", "nodes");

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "Less of everything: about a minute, for a first impression")
    private boolean quick;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = {
                "Some of: entities, http, stream, storm, lag, heap, recovery, lateness, idle,",
                "growth, memory, restart, nodes"
            })
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = {
                "How often. Default: 3, of those that take a minute or more (lateness, growth,",
                "memory, restart) 1, and with --quick 1"
            })
    private Optional<Integer> runs = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Another seed, other conversations in another order. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--out", paramLabel = "FILE", description = "Where to write the table as well")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--json", paramLabel = "FILE", description = "Where to write all figures with all their values")
    private Optional<Path> json = Optional.empty();

    @Option(
            names = "--server",
            paramLabel = "JDBC_URL",
            description = {
                "A PostgreSQL on this machine to measure with, instead of one of its own; the URL of a",
                "superuser. What is measured gets databases of its own there, which are dropped.",
                "Not for restart and nodes"
            })
    private Optional<String> url = Optional.empty();

    private final Subject.Starter starter;
    private final long start = System.nanoTime();
    private volatile Optional<Subject> latest = Optional.empty();
    private Optional<Server> server = Optional.empty();

    /** @param starter starts a whole node */
    public BenchCommand(Subject.Starter starter) {
        this.starter = starter;
    }

    @Override
    public Integer call() throws Exception {
        Set<String> wanted = wanted();
        int times = runs.orElse(quick ? 1 : 3);
        if (times < 1) {
            throw new ParameterException(spec.commandLine(), "--runs is " + times + ", but it is 1 or more");
        }
        quietLog();
        server = server();
        Figures figures = new Figures();
        try (TemporaryHome home = TemporaryHome.create()) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> cutShort(home), "bench-stop"));
            Workbench bench =
                    new Workbench(quick, times, runs.orElse(1), seed, home.path(), this::start, figures, this::say);
            String machine = prepare(bench);
            double load = Machine.load();
            for (Measurement measurement : ALL) {
                Set<String> names = new TreeSet<>(measurement.names());
                names.retainAll(wanted);
                if (!names.isEmpty()) {
                    measurement.measure(bench, names);
                }
            }
            report(machine, load, figures);
        } finally {
            server.ifPresent(Server::close);
        }
        return 0;
    }

    private Optional<Server> server() throws SQLException {
        try {
            return url.isPresent() ? Optional.of(Server.at(url.get())) : Optional.empty();
        } catch (IllegalArgumentException | SQLException e) {
            throw new ParameterException(spec.commandLine(), "--server: " + e.getMessage(), e);
        }
    }

    private Subject start(Path home, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        server.ifPresent(it -> all.put("lull.jdbc.url", it.databaseOf(home)));
        Subject node = starter.start(home, all);
        latest = Optional.of(node);
        return node;
    }

    /** Told to stop in the middle, it leaves nothing behind either. */
    private void cutShort(TemporaryHome home) {
        NodeProcess.killAll();
        latest.ifPresent(Subject::close);
        server.ifPresent(Server::close);
        home.close();
    }

    private Set<String> wanted() {
        Set<String> known = new TreeSet<>();
        ALL.forEach(it -> known.addAll(it.names()));
        for (String name : only) {
            if (!known.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(), "--only " + name + ": there is only " + String.join(", ", known));
            }
        }
        Set<String> wanted = only.isEmpty() ? known : new LinkedHashSet<>(only);
        if (url.isPresent()) {
            if (only.stream().anyMatch(OWN_SERVER::contains)) {
                throw new ParameterException(
                        spec.commandLine(), "--server is not for " + String.join(", ", OWN_SERVER));
            }
            wanted.removeAll(OWN_SERVER);
        }
        return wanted;
    }

    /** PostgreSQL is to note when it commits. It does from its next start on. */
    private String prepare(Workbench bench) throws SQLException {
        try (Subject node = bench.start(NodeSettings.service())) {
            if (server.isEmpty()) {
                Commits.note(node);
            }
            return Machine.describe(node);
        }
    }

    private void report(String machine, double load, Figures figures) throws IOException {
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
        String text = String.format(
                        Locale.ROOT,
                        "%s. Load average before: %.1f. Took %d s%s.%n%n",
                        machine,
                        load,
                        seconds,
                        quick ? ", --quick" : "")
                + figures.table();
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
        if (out.isPresent()) {
            Files.writeString(out.get(), text);
        }
        if (json.isPresent()) {
            Files.writeString(json.get(), figures.json(new Figures.Circumstances(machine, load, seconds, quick)));
        }
    }

    private void say(String text) {
        spec.commandLine()
                .getErr()
                .printf(
                        Locale.ROOT,
                        "bench %4d s: %s%n",
                        Duration.ofNanos(System.nanoTime() - start).toSeconds(),
                        text);
        spec.commandLine().getErr().flush();
    }

    /** The nodes come and go here: their log is of interest only if something is wrong. */
    private static void quietLog() {
        if (System.getenv("LULL_LOG_LEVEL") == null) {
            ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("lull"))
                    .setLevel(ch.qos.logback.classic.Level.WARN);
        }
    }
}

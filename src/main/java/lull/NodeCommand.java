package lull;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import lull.database.DatabaseSettings;
import picocli.CommandLine.Command;

/** Runs a node until it is told to stop. */
@Command(
        name = "node",
        description = "Runs a node. With no database configured it starts a PostgreSQL of its own.",
        footer = {
            "",
            "Settings are environment variables (durations are ISO-8601, such as PT15M):",
            "  LULL_HTTP_PORT              8080, and LULL_HTTP_INTERFACE 127.0.0.1",
            "  LULL_MANAGEMENT_PORT        8558, and LULL_MANAGEMENT_INTERFACE 127.0.0.1",
            "  LULL_HOME                   ~/.lull: where the PostgreSQL of its own lives",
            "  LULL_JDBC_URL               a PostgreSQL to use instead, with LULL_JDBC_USER and LULL_JDBC_PASSWORD",
            "  LULL_CONTACT_POINTS         where the management of other nodes listens, host:port,host:port; or kubernetes",
            "  LULL_CLOCK                  system or external",
            "  LULL_TICK                   PT60S, or off",
            "  LULL_IDLE_AFTER             PT15M",
            "  LULL_EXPIRE_AFTER           PT2H, or none",
            "  LULL_PENDING_EXPIRE_AFTER   PT24H, or none",
            "  LULL_MAX_AGE                PT24H, or none",
            "  LULL_RESIDENT_CONVERSATIONS 100000",
            "  LULL_MAX_IN_FLIGHT          2000",
            "The README has them all."
        })
final class NodeCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        long start = System.nanoTime();
        Config config = ConfigFactory.load();
        Settings settings = Settings.of(config);
        Settings.unknownVariables(System.getenv().keySet())
                .forEach(it -> System.err.println(
                        "lull node: " + it + " is no setting, and is passed over (see 'lull node --help')"));
        System.out.println(heading(settings));
        Node node = Node.start(settings, config);
        Runtime.getRuntime().addShutdownHook(new Thread(node::close, "lull-stop"));
        System.out.println(places(node, settings));
        System.out.printf(
                "ready     in %.1f s%n",
                Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0);
        node.awaitTermination();
        return 0;
    }

    private static String heading(Settings settings) {
        String clock = settings.externalClock()
                ? "external: messages and POST /v1/ticks carry the time"
                : "system, " + settings.tick().map(it -> "a tick every " + it).orElse("ticks only by POST /v1/ticks");
        return "Lull " + Version.current() + " on Java " + Runtime.version().feature() + ", "
                + Runtime.getRuntime().availableProcessors() + " processors, "
                + Runtime.getRuntime().maxMemory() / (1024 * 1024) + " MB of heap at most\n"
                + "clock     " + clock + "\n"
                + "policy    idle after " + settings.policy().idleAfter()
                + ", expire after " + orNever(settings.policy().expireAfter())
                + ", pending expires after " + orNever(settings.policy().pendingExpireAfter())
                + ", greatest age " + orNever(settings.policy().maxAge());
    }

    private static String orNever(Optional<Duration> duration) {
        return duration.map(Duration::toString).orElse("never");
    }

    private static String places(Node node, Settings settings) {
        DatabaseSettings database = node.database().settings();
        String data = node.embedded()
                .map(it -> "PostgreSQL " + it.version() + " of its own, data in " + it.home())
                .orElse("the PostgreSQL of LULL_JDBC_URL");
        return "database  " + data + " (" + database.shownUrl() + ")\n"
                + "API       http://" + settings.http().host() + ":"
                + node.http().localAddress().getPort() + "/v1/conversations, described at /openapi.yaml\n"
                + "health    http://" + settings.management().host() + ":" + node.managementPort()
                + "/ready, /alive, /cluster/members";
    }
}

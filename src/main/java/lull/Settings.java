package lull;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lull.domain.Policy;

/**
 * The settings of a node, read once and checked. They are explained in {@code application.conf}, which also names the environment variable
 * of each.
 */
public record Settings(
        Path home,
        Listener http,
        Listener management,
        Listener remoting,
        Formation formation,
        Duration drain,
        Jdbc jdbc,
        boolean externalClock,
        Optional<Duration> tick,
        Policy policy,
        int residentConversations,
        int maxInFlight) {

    /** Where to listen: an interface and a port, 0 for any free one. */
    public record Listener(String host, int port) {}

    /**
     * Which database to use.
     *
     * @param url empty: an embedded one
     * @param migrate whether a start brings the schema up to date
     */
    public record Jdbc(Optional<String> url, String user, String password, int poolSize, boolean migrate) {}

    private static final Duration SHORTEST_TICK = Duration.ofMillis(20);
    private static final Duration LONGEST_TICK = Duration.ofDays(1);
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(60);

    /** Akka's own limit for a phase of the shutdown. */
    private static final Duration SHUTDOWN_PHASE = Duration.ofSeconds(5);

    /** A setting that cannot be used. The message says which and why, in one line. */
    public static final class InvalidException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InvalidException(String setting, String value, String reason) {
            super(variable(setting) + " is \"" + value + "\": " + reason, null, false, false);
        }
    }

    /**
     * Reads the settings.
     *
     * @throws InvalidException at the first that cannot be used
     */
    public static Settings of(Config root) {
        Reader settings = new Reader(root.getConfig("lull"));
        boolean external =
                settings.oneOf("clock", List.of("system", "external")).equals("external");
        Optional<Duration> tick = settings.optionalDuration("tick", "off").map(it -> {
            if (it.compareTo(SHORTEST_TICK) < 0 || it.compareTo(LONGEST_TICK) > 0) {
                throw settings.invalid("tick", "a tick comes every PT0.02S to P1D, or is off");
            }
            return it;
        });
        return new Settings(
                settings.path("home"),
                settings.listener("http"),
                settings.listener("management"),
                settings.listener("remoting"),
                settings.formation(),
                settings.drain(),
                new Jdbc(
                        settings.jdbcUrl(),
                        settings.text("jdbc.user"),
                        settings.text("jdbc.password"),
                        settings.integer("jdbc.pool-size", 4, 200),
                        settings.oneOf("jdbc.migrate", List.of("true", "false")).equals("true")),
                external,
                external ? Optional.empty() : tick,
                settings.policy(),
                settings.integer("resident-conversations", 100, 100_000_000),
                settings.integer("max-in-flight", 1, 100_000));
    }

    /** What Akka needs to be told of them, beyond what is the same for all. */
    Config akka() {
        // A drain is part of the first phase of the shutdown, which would end it after 5 s.
        Duration phase = drain.plus(SHUTDOWN_PHASE);
        return ConfigFactory.parseMap(Map.of(
                        "akka.coordinated-shutdown.phases.before-service-unbind.timeout", phase.toMillis() + " ms"))
                .withFallback(formation.config());
    }

    /** Variables that look like settings and are none: a misspelt one would otherwise go unnoticed. */
    static List<String> unknownVariables(Set<String> environment) {
        Set<String> known = Pattern.compile("\\$\\{\\?(LULL_[A-Z_]+)}")
                .matcher(documented())
                .results()
                .map(it -> it.group(1))
                .collect(Collectors.toSet());
        return environment.stream()
                .filter(it -> it.startsWith("LULL_") && !known.contains(it) && !it.equals("LULL_LOG_LEVEL"))
                .sorted()
                .toList();
    }

    private static String documented() {
        try (InputStream conf = Settings.class.getResourceAsStream("/application.conf")) {
            return new String(conf.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Tries whether each listener can listen, before anything is started for it.
     *
     * @throws InvalidException naming the first that cannot
     */
    void requireFreePorts() {
        requireFree("http", http);
        requireFree("management", management);
        requireFree("remoting", remoting);
    }

    private static void requireFree(String name, Listener listener) {
        InetSocketAddress address = new InetSocketAddress(listener.host(), listener.port());
        if (address.isUnresolved()) {
            throw new InvalidException(name + ".interface", listener.host(), "no such host is known");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(
                    true); // as the listener itself will: what is left of old connections is no hindrance
            socket.bind(address);
        } catch (BindException e) {
            boolean foreign = e.getMessage() != null && e.getMessage().contains("Cannot assign");
            throw foreign
                    ? new InvalidException(
                            name + ".interface", listener.host(), "no interface of this machine has that address")
                    : new InvalidException(
                            name + ".port",
                            Integer.toString(listener.port()),
                            "it cannot be listened on at " + listener.host() + ": " + e.getMessage());
        } catch (IOException e) {
            throw new InvalidException(name + ".port", Integer.toString(listener.port()), e.getMessage());
        }
    }

    /** The environment variable of a setting. */
    private static String variable(String setting) {
        return "LULL_"
                + setting.replaceFirst("^(policy|cluster)\\.", "")
                        .replace("jdbc.migrate", "migrate")
                        .replaceAll("[.-]", "_")
                        .toUpperCase(Locale.ROOT);
    }

    private record Reader(Config config) {

        InvalidException invalid(String setting, String reason) {
            return new InvalidException(setting, text(setting), reason);
        }

        String text(String setting) {
            try {
                return config.getString(setting).strip();
            } catch (ConfigException e) {
                throw new InvalidException(setting, "", e.getMessage());
            }
        }

        String oneOf(String setting, List<String> values) {
            if (!values.contains(text(setting))) {
                throw invalid(setting, "it is one of " + String.join(", ", values));
            }
            return text(setting);
        }

        int integer(String setting, int least, int most) {
            try {
                int value = Integer.parseInt(text(setting));
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // the same complaint
            }
            throw invalid(setting, "it is a whole number from " + least + " to " + most);
        }

        Path path(String setting) {
            try {
                if (!text(setting).isEmpty()) {
                    return Path.of(text(setting)).toAbsolutePath().normalize();
                }
            } catch (InvalidPathException e) {
                throw invalid(setting, e.getReason());
            }
            throw invalid(setting, "it is a directory");
        }

        Listener listener(String name) {
            if (text(name + ".interface").isEmpty()) {
                throw invalid(name + ".interface", "it is an address to listen on, such as 127.0.0.1 or 0.0.0.0");
            }
            return new Listener(text(name + ".interface"), integer(name + ".port", 0, 65_535));
        }

        Formation formation() {
            integer("cluster.required-contact-points", 1, 100);
            oneOf("cluster.new-cluster", List.of("true", "false"));
            if (!text("cluster.service").matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
                throw invalid("cluster.service", "it is the value of a label: 1-63 of a-z, 0-9 and -");
            }
            if (!text("cluster.app-version").matches("[0-9A-Za-z][0-9A-Za-z.+-]{0,62}")) {
                throw invalid("cluster.app-version", "it is a version, such as 1.4.0");
            }
            try {
                return Formation.parse(text("cluster.contact-points"));
            } catch (IllegalArgumentException e) {
                throw invalid("cluster.contact-points", e.getMessage());
            }
        }

        Duration drain() {
            Duration drain;
            try {
                drain = Duration.parse(text("drain"));
            } catch (DateTimeParseException e) {
                throw invalid("drain", "it is an ISO-8601 duration such as PT5S");
            }
            if (drain.isNegative() || drain.compareTo(LONGEST_DRAIN) > 0) {
                throw invalid("drain", "it is PT0S to PT60S");
            }
            return drain;
        }

        Optional<String> jdbcUrl() {
            String url = text("jdbc.url");
            if (!url.isEmpty() && !url.startsWith("jdbc:postgresql:")) {
                throw invalid("jdbc.url", "it is of the form jdbc:postgresql://host:5432/database");
            }
            return Optional.of(url).filter(it -> !it.isEmpty());
        }

        Optional<Duration> optionalDuration(String setting, String absent) {
            if (text(setting).equalsIgnoreCase(absent)) {
                return Optional.empty();
            }
            try {
                return Optional.of(Policy.parseDuration(text(setting)));
            } catch (IllegalArgumentException e) {
                throw invalid(setting, e.getMessage());
            }
        }

        Policy policy() {
            Duration idleAfter = optionalDuration("policy.idle-after", "none")
                    .orElseThrow(
                            () -> invalid("policy.idle-after", "it is required: an ISO-8601 duration such as PT15M"));
            return new Policy(
                    idleAfter,
                    optionalDuration("policy.expire-after", "none"),
                    optionalDuration("policy.pending-expire-after", "none"),
                    optionalDuration("policy.max-age", "none"));
        }
    }
}

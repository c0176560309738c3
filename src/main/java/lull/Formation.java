package lull;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How a node comes to its cluster. */
sealed interface Formation {

    /** A cluster of one, which others may join. */
    record Alone() implements Formation {}

    /** The nodes are known by the addresses of their management. */
    record Listed(List<ContactPoint> contactPoints) implements Formation {}

    /** The nodes are pods, which the API server of Kubernetes knows. */
    record Kubernetes() implements Formation {}

    /** Where the management of a node listens. */
    record ContactPoint(String host, int port) {

        private static final Pattern FORM = Pattern.compile("([0-9a-zA-Z._-]+|\\[[0-9a-fA-F:.]+]):([0-9]{1,5})");

        static ContactPoint parse(String text) {
            Matcher matcher = FORM.matcher(text);
            int port = matcher.matches() ? Integer.parseInt(matcher.group(2)) : 0;
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is not of the form host:port, such as 127.0.0.1:8558");
            }
            return new ContactPoint(matcher.group(1), port);
        }
    }

    /**
     * Reads the setting {@code lull.cluster.contact-points}.
     *
     * @throws IllegalArgumentException saying what would be right
     */
    static Formation parse(String text) {
        return switch (text) {
            case "" -> new Alone();
            case "kubernetes" -> new Kubernetes();
            default ->
                new Listed(Stream.of(text.split(",", -1))
                        .map(String::strip)
                        .map(ContactPoint::parse)
                        .toList());
        };
    }

    /** What Akka needs to be told, beyond what is the same for all. */
    default Config config() {
        String bootstrap = "akka.management.cluster.bootstrap.";
        if (this instanceof Listed listed) {
            List<Map<String, Object>> endpoints = listed.contactPoints().stream()
                    .map(it -> Map.<String, Object>of("host", it.host(), "port", it.port()))
                    .toList();
            return ConfigFactory.parseMap(Map.of(
                    bootstrap + "contact-point-discovery.discovery-method",
                    "config",
                    bootstrap + "contact-point-discovery.service-name",
                    "nodes",
                    // Several nodes of one machine differ in their ports.
                    bootstrap + "contact-point.filter-on-fallback-port",
                    false,
                    "akka.discovery.config.services.nodes.endpoints",
                    endpoints));
        }
        if (this instanceof Kubernetes) {
            return ConfigFactory.parseMap(Map.of(
                    bootstrap + "contact-point-discovery.discovery-method",
                    "kubernetes-api",
                    bootstrap + "contact-point-discovery.port-name",
                    "management"));
        }
        return ConfigFactory.empty();
    }

    /** Joins, or goes on trying to; the management must be listening. */
    default void join(ActorSystem<?> system) {
        if (this instanceof Alone) {
            Cluster cluster = Cluster.get(system);
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
        } else {
            ClusterBootstrap.get(system).start();
        }
    }
}

package lull.kubernetes;

import static lull.kubernetes.Rendered.list;
import static lull.kubernetes.Rendered.map;
import static lull.kubernetes.Rendered.texts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lull.kubernetes.Rendered.Workload;

/** Who may talk to whom. */
final class NetworkRules {

    private static final Map<String, Integer> PORTS = Map.of("remoting", 25520, "management", 8558, "http", 8080);

    static final List<Rule> ALL = List.of(
            new Rule("the nodes listen where others look for them", NetworkRules::nodePorts),
            new Rule("nothing is open by default", NetworkRules::deniedByDefault),
            new Rule("what listens is reached, and nothing else", NetworkRules::ingress),
            new Rule("only nodes reach remoting and management", NetworkRules::amongNodes),
            new Rule("the nodes reach what they need, and nothing else", NetworkRules::egress),
            new Rule("everything else reaches only what it needs", NetworkRules::othersEgress));

    private NetworkRules() {}

    private static void nodePorts(Rendered rendered, Consumer<String> wrong) {
        Map<String, Integer> declared = list(rendered.nodes()
                        .containers()
                        .get(0)
                        .path("ports"))
                .collect(Collectors.toMap(
                        it -> it.path("name").asText(),
                        it -> it.path("containerPort").asInt()));
        if (!declared.equals(PORTS)) {
            wrong.accept("ports are " + declared);
        }
        var settings = rendered.config().settings();
        Map<String, Integer> configured = Map.of(
                "remoting", settings.remoting().port(),
                "management", settings.management().port(),
                "http", settings.http().port());
        if (!configured.equals(PORTS)) {
            wrong.accept("settings are " + configured);
        }
        // What other nodes are told is the address that is listened on.
        JsonNode variables = rendered.nodes().containers().get(0).path("env");
        for (String name : List.of("LULL_REMOTING_INTERFACE", "LULL_MANAGEMENT_INTERFACE")) {
            boolean podAddress = list(variables)
                    .anyMatch(it -> it.path("name").asText().equals(name)
                            && it.at("/valueFrom/fieldRef/fieldPath").asText().equals("status.podIP"));
            if (!podAddress) {
                wrong.accept(name + " is not the address of the pod");
            }
        }
    }

    private static void deniedByDefault(Rendered rendered, Consumer<String> wrong) {
        boolean denied = policies(rendered)
                .anyMatch(it -> it.at("/spec/podSelector").isEmpty()
                        && Set.copyOf(texts(it.at("/spec/policyTypes"))).equals(Set.of("Ingress", "Egress"))
                        && it.at("/spec/ingress").isMissingNode()
                        && it.at("/spec/egress").isMissingNode());
        if (!denied) {
            wrong.accept("no policy denies everything");
        }
        policies(rendered)
                .filter(it ->
                        it.at("/spec/podSelector").isEmpty() && it.path("spec").has("egress"))
                .forEach(it -> wrong.accept("a policy opens something for all"));
    }

    private static void ingress(Rendered rendered, Consumer<String> wrong) {
        for (Workload it : rendered.workloads()) {
            Set<Integer> listening = it.containers().stream()
                    .flatMap(container -> list(container.path("ports")))
                    .map(port -> port.path("containerPort").asInt())
                    .collect(Collectors.toSet());
            Set<Integer> open = new HashSet<>();
            rules(rendered, it, "ingress").forEach(rule -> {
                open.addAll(ports(rule));
                if (rule.path("from").isEmpty()) {
                    wrong.accept(it.name() + " is open to everybody");
                }
            });
            if (!open.equals(listening)) {
                wrong.accept(it.name() + " listens on " + listening + ", open are " + open);
            }
        }
    }

    private static void amongNodes(Rendered rendered, Consumer<String> wrong) {
        Map<String, String> nodes =
                map(rendered.get("Deployment", rendered.nodes().name()).at("/spec/selector/matchLabels"));
        rules(rendered, rendered.nodes(), "ingress")
                .filter(it -> ports(it).contains(25520) || ports(it).contains(8558))
                .filter(it -> it.path("from").size() != 1
                        || it.at("/from/0").has("namespaceSelector")
                        || !map(it.at("/from/0/podSelector/matchLabels")).equals(nodes))
                .forEach(it -> wrong.accept("open to " + it.path("from")));
    }

    private static void egress(Rendered rendered, Consumer<String> wrong) {
        Set<Integer> anywhere = new HashSet<>();
        Set<Integer> nodes = new HashSet<>();
        rules(rendered, rendered.nodes(), "egress").forEach(it -> {
            if (it.path("ports").isEmpty()) {
                wrong.accept("every port");
            }
            (it.has("to") ? nodes : anywhere).addAll(ports(it));
        });
        if (!anywhere.equals(Set.of(53, 443, 6443, 5432))) {
            wrong.accept("DNS, API server and PostgreSQL are 53, 443, 6443 and 5432, open are " + anywhere);
        }
        if (!nodes.equals(Set.of(25520, 8558))) {
            wrong.accept("other nodes are at 25520 and 8558, open are " + nodes);
        }
    }

    private static void othersEgress(Rendered rendered, Consumer<String> wrong) {
        for (Workload it : rendered.workloads()) {
            Set<Integer> needed = switch (it.kind()) {
                case "Job" -> Set.of(53, 5432);
                case "CronJob" -> Set.of(53, 8080);
                default -> Set.of();
            };
            Set<Integer> open = rules(rendered, it, "egress")
                    .flatMap(rule -> ports(rule).stream())
                    .collect(Collectors.toSet());
            if (!it.kind().equals("Deployment") && !open.equals(needed)) {
                wrong.accept(it.name() + " needs " + needed + ", open are " + open);
            }
        }
        // Who may reach whom has two sides.
        for (Workload from : rendered.workloads()) {
            int port = from.kind().equals("CronJob") ? 8080 : 5432;
            rendered.workloads().stream()
                    .filter(to -> !to.name().equals(from.name()) && listens(to, port))
                    .filter(to -> !from.kind().equals("StatefulSet"))
                    .filter(to -> rules(rendered, to, "ingress")
                            .filter(rule -> ports(rule).contains(port))
                            .flatMap(rule -> list(rule.path("from")))
                            .noneMatch(peer -> peer.has("podSelector") && selects(peer.path("podSelector"), from)))
                    .forEach(to -> wrong.accept(to.name() + " does not let " + from.name() + " in"));
        }
    }

    private static boolean listens(Workload workload, int port) {
        return workload.containers().stream()
                .flatMap(it -> list(it.path("ports")))
                .anyMatch(it -> it.path("containerPort").asInt() == port);
    }

    private static Stream<ObjectNode> policies(Rendered rendered) {
        return rendered.of("NetworkPolicy");
    }

    /** The rules that are for the pods of a workload. */
    private static Stream<JsonNode> rules(Rendered rendered, Workload workload, String direction) {
        return policies(rendered)
                .filter(it -> selects(it.at("/spec/podSelector"), workload))
                .flatMap(it -> list(it.path("spec").path(direction)));
    }

    private static boolean selects(JsonNode selector, Workload workload) {
        boolean expressions = list(selector.path("matchExpressions"))
                .allMatch(it -> it.path("operator").asText().equals("In")
                        && texts(it.path("values"))
                                .contains(workload.labels().get(it.path("key").asText())));
        return expressions && workload.has(map(selector.path("matchLabels")));
    }

    private static Set<Integer> ports(JsonNode rule) {
        return list(rule.path("ports")).map(it -> it.path("port").asInt()).collect(Collectors.toSet());
    }
}

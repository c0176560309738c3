package lull.kubernetes;

import static lull.kubernetes.Rendered.list;
import static lull.kubernetes.Rendered.map;
import static lull.kubernetes.Rendered.texts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import lull.kubernetes.Rendered.Workload;

/** What is named is there, and what is selected is what was meant. */
final class ReferenceRules {

    private static final Set<String> CLUSTER_WIDE = Set.of("Namespace", "PriorityClass");
    /** Made by whoever has the database, in prod. */
    private static final String DATABASE_SECRET = "lull-database";

    static final List<Rule> ALL = List.of(
            new Rule("everything is in the one namespace", ReferenceRules::namespace),
            new Rule("what pods name is there", ReferenceRules::named),
            new Rule("a changed setting has another name", ReferenceRules::hashed),
            new Rule("ports are there by their names", ReferenceRules::ports),
            new Rule("selectors select their own pods and no others", ReferenceRules::selectors),
            new Rule("only the nodes may ask the API server", ReferenceRules::tokens),
            new Rule("and only for pods", ReferenceRules::rights));

    private ReferenceRules() {}

    private static void namespace(Rendered rendered, Consumer<String> wrong) {
        List<String> names = rendered.of("Namespace")
                .map(it -> it.at("/metadata/name").asText())
                .toList();
        if (names.size() != 1) {
            wrong.accept("namespaces " + names);
        }
        rendered.objects().stream()
                .filter(it -> !CLUSTER_WIDE.contains(it.path("kind").asText()))
                .filter(it -> !names.contains(it.at("/metadata/namespace").asText()))
                .forEach(it -> wrong.accept(called(it)));
    }

    private static void named(Rendered rendered, Consumer<String> wrong) {
        for (Workload it : rendered.workloads()) {
            String account = it.spec().path("serviceAccountName").asText("default");
            if (!account.equals("default")
                    && rendered.find("ServiceAccount", account).isEmpty()) {
                wrong.accept(it.name() + ": ServiceAccount " + account);
            }
            String priority = it.spec().path("priorityClassName").asText();
            if (!priority.isEmpty() && rendered.find("PriorityClass", priority).isEmpty()) {
                wrong.accept(it.name() + ": PriorityClass " + priority);
            }
            for (JsonNode container : it.containers()) {
                list(container.path("envFrom"))
                        .map(from -> from.at("/configMapRef/name").asText())
                        .filter(name -> rendered.find("ConfigMap", name).isEmpty())
                        .forEach(name -> wrong.accept(it.name() + ": ConfigMap " + name));
                list(container.path("env"))
                        .map(variable -> variable.at("/valueFrom/secretKeyRef"))
                        .filter(reference -> !reference.isMissingNode())
                        .filter(reference -> !secretThere(rendered, reference))
                        .forEach(reference -> wrong.accept(it.name() + ": Secret " + reference));
                List<String> volumes = Stream.concat(
                                list(it.spec().path("volumes"))
                                        .map(volume -> volume.path("name").asText()),
                                list(rendered.get(it.kind(), it.name()).at("/spec/volumeClaimTemplates"))
                                        .map(claim -> claim.at("/metadata/name").asText()))
                        .toList();
                list(container.path("volumeMounts"))
                        .map(mount -> mount.path("name").asText())
                        .filter(name -> !volumes.contains(name))
                        .forEach(name -> wrong.accept(it.name() + ": volume " + name));
            }
        }
        rendered.of("HorizontalPodAutoscaler")
                .map(it -> it.at("/spec/scaleTargetRef"))
                .filter(it -> rendered.find(
                                it.path("kind").asText(), it.path("name").asText())
                        .isEmpty())
                .forEach(it -> wrong.accept("to be scaled: " + it));
        rendered.of("StatefulSet")
                .map(it -> it.at("/spec/serviceName").asText())
                .filter(it -> rendered.find("Service", it).isEmpty())
                .forEach(it -> wrong.accept("Service " + it));
    }

    private static boolean secretThere(Rendered rendered, JsonNode reference) {
        String key = reference.path("key").asText();
        return rendered.find("Secret", reference.path("name").asText())
                .map(it -> it.path("data").has(key) || it.path("stringData").has(key))
                .orElse(reference.path("name").asText().equals(DATABASE_SECRET)
                        && Set.of("url", "user", "password").contains(key));
    }

    private static void hashed(Rendered rendered, Consumer<String> wrong) {
        rendered.of("ConfigMap")
                .map(it -> it.at("/metadata/name").asText())
                .filter(it -> !it.matches("lull-[a-z0-9]{10}"))
                .forEach(it -> wrong.accept("ConfigMap " + it));
    }

    private static void ports(Rendered rendered, Consumer<String> wrong) {
        for (ObjectNode service : rendered.of("Service").toList()) {
            List<Workload> selected = selected(rendered, map(service.at("/spec/selector")));
            for (JsonNode port : service.at("/spec/ports")) {
                String target = port.path("targetPort").asText();
                boolean there = selected.stream()
                        .flatMap(it -> it.containers().stream())
                        .flatMap(it -> list(it.path("ports")))
                        .anyMatch(it -> it.path("name").asText().equals(target));
                if (!there) {
                    wrong.accept(called(service) + ": " + target);
                }
            }
        }
        for (Workload it : rendered.workloads()) {
            for (JsonNode container : it.containers()) {
                List<String> names = list(container.path("ports"))
                        .map(port -> port.path("name").asText())
                        .toList();
                Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                        .map(probe -> container.path(probe).at("/httpGet/port"))
                        .filter(port -> !port.isMissingNode() && !names.contains(port.asText()))
                        .forEach(port -> wrong.accept(it.name() + ": probe of " + port));
            }
        }
    }

    private static void selectors(Rendered rendered, Consumer<String> wrong) {
        List<String> apps = rendered.workloads().stream()
                .map(it -> it.labels().getOrDefault("app", ""))
                .toList();
        if (apps.contains("") || Set.copyOf(apps).size() != apps.size()) {
            wrong.accept("each workload has an app of its own: " + apps);
        }
        for (ObjectNode it : rendered.of("Deployment", "StatefulSet").toList()) {
            Workload own = rendered.workloads().stream()
                    .filter(other -> other.name().equals(it.at("/metadata/name").asText()))
                    .findFirst()
                    .orElseThrow();
            only(rendered, own, map(it.at("/spec/selector/matchLabels")), called(it), wrong);
        }
        for (ObjectNode it : rendered.of("Service").toList()) {
            Map<String, String> selector = map(it.at("/spec/selector"));
            only(rendered, byApp(rendered, it), selector, called(it), wrong);
        }
        for (ObjectNode it : rendered.of("PodDisruptionBudget").toList()) {
            only(rendered, rendered.nodes(), map(it.at("/spec/selector/matchLabels")), called(it), wrong);
        }
        for (JsonNode it : rendered.nodes().spec().path("topologySpreadConstraints")) {
            only(rendered, rendered.nodes(), map(it.at("/labelSelector/matchLabels")), "spread", wrong);
        }
    }

    /** The Service of the nodes is called as they are, and that of a StatefulSet too. */
    private static Workload byApp(Rendered rendered, ObjectNode service) {
        return rendered.workloads().stream()
                .filter(it -> it.name().equals(service.at("/metadata/name").asText()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing is called as " + called(service)));
    }

    private static void only(
            Rendered rendered, Workload meant, Map<String, String> selector, String who, Consumer<String> wrong) {
        boolean exact = !selector.isEmpty()
                && selected(rendered, selector).stream()
                        .map(Workload::name)
                        .toList()
                        .equals(List.of(meant.name()));
        if (!exact) {
            wrong.accept(who + " selects " + selector);
        }
        // A selector cannot be changed, and a version would make two services of one during a roll.
        if (selector.keySet().stream().anyMatch(it -> it.contains("version") || it.contains("instance"))) {
            wrong.accept(who + " selects by what changes: " + selector);
        }
    }

    private static List<Workload> selected(Rendered rendered, Map<String, String> selector) {
        return rendered.workloads().stream().filter(it -> it.has(selector)).toList();
    }

    private static void tokens(Rendered rendered, Consumer<String> wrong) {
        for (Workload it : rendered.workloads()) {
            boolean node = it.name().equals(rendered.nodes().name());
            if (it.spec().path("automountServiceAccountToken").asBoolean(true) != node) {
                wrong.accept(it.name());
            }
        }
        rendered.of("ServiceAccount")
                .filter(it -> it.path("automountServiceAccountToken").asBoolean(true))
                .forEach(it -> wrong.accept(called(it)));
    }

    private static void rights(Rendered rendered, Consumer<String> wrong) {
        rendered.of("ClusterRole", "ClusterRoleBinding").forEach(it -> wrong.accept(called(it)));
        List<ObjectNode> roles = rendered.of("Role").toList();
        List<ObjectNode> bindings = rendered.of("RoleBinding").toList();
        if (roles.size() != 1 || bindings.size() != 1) {
            wrong.accept("not one Role and one RoleBinding");
            return;
        }
        JsonNode rules = roles.get(0).path("rules");
        boolean exact = rules.size() == 1
                && texts(rules.at("/0/apiGroups")).equals(List.of(""))
                && texts(rules.at("/0/resources")).equals(List.of("pods"))
                && Set.copyOf(texts(rules.at("/0/verbs"))).equals(Set.of("get", "list", "watch"))
                && !rules.get(0).has("resourceNames");
        if (!exact) {
            wrong.accept("rights are " + rules);
        }
        JsonNode binding = bindings.get(0);
        JsonNode subject = binding.at("/subjects/0");
        boolean bound = binding.at("/roleRef/name").equals(roles.get(0).at("/metadata/name"))
                && binding.at("/subjects").size() == 1
                && subject.path("kind").asText().equals("ServiceAccount")
                && subject.path("name").equals(rendered.nodes().spec().path("serviceAccountName"))
                && subject.path("namespace").equals(roles.get(0).at("/metadata/namespace"));
        if (!bound) {
            wrong.accept("bound to " + subject);
        }
    }

    private static String called(JsonNode object) {
        return object.path("kind").asText() + " " + object.at("/metadata/name").asText();
    }
}

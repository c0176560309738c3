package lull.kubernetes;

import static lull.kubernetes.Rendered.list;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lull.PodConfig;
import lull.Settings;

/** What keeps the cluster one, and alive: the manifests and the program's own configuration agree. */
final class ClusterRules {

    /** What a conversation in memory was measured to take. */
    private static final long BYTES_PER_CONVERSATION = 5_100;

    private static final Duration TO_EXIT = Duration.ofSeconds(5);

    static final List<Rule> ALL = List.of(
            new Rule("settings are known and valid", ClusterRules::settings),
            new Rule("discovery finds the nodes and nobody else", ClusterRules::discovery),
            new Rule("a majority is needed for a new cluster", ClusterRules::majority),
            new Rule("one node at a time is replaced", ClusterRules::roll),
            new Rule("one node at a time is evicted", ClusterRules::eviction),
            new Rule("nodes are spread", ClusterRules::spread),
            new Rule("a node has time to leave", ClusterRules::grace),
            new Rule("probes ask what the node answers", ClusterRules::probes),
            new Rule("the conversations fit into the heap", ClusterRules::memory),
            new Rule("the JVM is told how many processors there are", ClusterRules::processors),
            new Rule("shards know the newest version", ClusterRules::version),
            new Rule("the autoscaler moves one node at a time", ClusterRules::autoscaler));

    private ClusterRules() {}

    private static void settings(Rendered rendered, Consumer<String> wrong) {
        try {
            PodConfig config = rendered.config();
            config.unknownVariables().forEach(it -> wrong.accept(it + " is no setting"));
            if (config.settings().jdbc().url().isEmpty()) {
                wrong.accept("a node would start a PostgreSQL of its own");
            }
            if (config.settings().jdbc().migrate()) {
                wrong.accept("every node would migrate");
            }
        } catch (Settings.InvalidException e) {
            wrong.accept(e.getMessage());
        }
    }

    private static void discovery(Rendered rendered, Consumer<String> wrong) {
        Config config = rendered.config().config();
        String bootstrap = "akka.management.cluster.bootstrap.contact-point-discovery.";
        if (!config.getString(bootstrap + "discovery-method").equals("kubernetes-api")) {
            wrong.accept("discovery by " + config.getString(bootstrap + "discovery-method"));
            return;
        }
        String[] label = config.getString("akka.discovery.kubernetes-api.pod-label-selector")
                .formatted(config.getString(bootstrap + "service-name"))
                .split("=");
        List<String> found = rendered.workloads().stream()
                .filter(it -> it.has(Map.of(label[0], label[1])))
                .map(Rendered.Workload::kind)
                .toList();
        if (!found.equals(List.of("Deployment"))) {
            wrong.accept(String.join("=", label) + " finds " + found);
        }
        JsonNode container = rendered.nodes().containers().get(0);
        if (!container.path("name").asText().equals(config.getString("akka.discovery.kubernetes-api.container-name"))) {
            wrong.accept("the container is called " + container.path("name"));
        }
        String port = config.getString(bootstrap + "port-name");
        boolean management = list(container.path("ports"))
                .anyMatch(it -> it.path("name").asText().equals(port)
                        && it.path("containerPort").asInt() == config.getInt("akka.management.http.port"));
        if (!management) {
            wrong.accept("no port " + port + " where the management listens");
        }
    }

    private static void majority(Rendered rendered, Consumer<String> wrong) {
        int nodes = fewestNodes(rendered);
        int required = rendered.config()
                .config()
                .getInt("akka.management.cluster.bootstrap.contact-point-discovery.required-contact-point-nr");
        if (nodes < 3 || nodes % 2 == 0) {
            wrong.accept(nodes + " nodes");
        }
        if (required * 2 <= nodes || required > nodes) {
            wrong.accept(required + " of " + nodes + " may form a cluster");
        }
    }

    private static int fewestNodes(Rendered rendered) {
        return rendered.of("HorizontalPodAutoscaler")
                .map(it -> it.at("/spec/minReplicas").asInt(1))
                .findFirst()
                .orElse(deployment(rendered).at("/spec/replicas").asInt(1));
    }

    private static void roll(Rendered rendered, Consumer<String> wrong) {
        JsonNode spec = deployment(rendered).path("spec");
        JsonNode rolling = spec.at("/strategy/rollingUpdate");
        boolean byOne = spec.at("/strategy/type").asText().equals("RollingUpdate")
                && rolling.path("maxSurge").asText().equals("1")
                && rolling.path("maxUnavailable").asText().equals("0");
        if (!byOne) {
            wrong.accept("strategy " + spec.path("strategy"));
        }
        Duration settled = rendered.config().config().getDuration("akka.cluster.split-brain-resolver.stable-after");
        if (spec.path("minReadySeconds").asInt() <= settled.toSeconds()) {
            wrong.accept("the next goes before the cluster has settled: " + spec.path("minReadySeconds"));
        }
        if (spec.path("progressDeadlineSeconds").asInt() < 300
                || spec.path("revisionHistoryLimit").asInt() < 2) {
            wrong.accept("a stuck roll is not told, or not undone");
        }
    }

    private static void eviction(Rendered rendered, Consumer<String> wrong) {
        boolean byOne = rendered.of("PodDisruptionBudget")
                .map(it -> it.path("spec"))
                .anyMatch(it -> it.path("maxUnavailable").asText().equals("1")
                        && !it.has("minAvailable")
                        && it.path("unhealthyPodEvictionPolicy").asText().equals("AlwaysAllow"));
        if (!byOne) {
            wrong.accept("no such PodDisruptionBudget");
        }
    }

    private static void spread(Rendered rendered, Consumer<String> wrong) {
        JsonNode constraints = rendered.nodes().spec().path("topologySpreadConstraints");
        for (String key : List.of("kubernetes.io/hostname", "topology.kubernetes.io/zone")) {
            boolean there = list(constraints)
                    .anyMatch(it -> it.path("topologyKey").asText().equals(key)
                            && it.path("maxSkew").asInt() == 1
                            && it.path("matchLabelKeys").toString().equals("[\"pod-template-hash\"]"));
            if (!there
                    || list(constraints)
                                    .filter(it ->
                                            it.path("topologyKey").asText().equals(key))
                                    .count()
                            > 1) {
                wrong.accept(key);
            }
        }
    }

    private static void grace(Rendered rendered, Consumer<String> wrong) {
        Config config = rendered.config().config();
        Config phases = config.getConfig("akka.coordinated-shutdown.phases");
        Config defaults = config.getConfig("akka.coordinated-shutdown");
        Duration sum = phases.root().keySet().stream()
                .map(it -> phases.hasPath(it + ".timeout")
                        ? phases.getDuration(it + ".timeout")
                        : defaults.getDuration("default-phase-timeout"))
                .reduce(Duration.ZERO, Duration::plus);
        Duration grace = Duration.ofSeconds(
                rendered.nodes().spec().path("terminationGracePeriodSeconds").asInt(30));
        if (grace.compareTo(sum.plus(TO_EXIT)) < 0) {
            wrong.accept("a stop may take " + sum + ", and is cut off after " + grace);
        }
        Duration drain = rendered.config().settings().drain();
        if (drain.compareTo(Duration.ofSeconds(3)) < 0) {
            wrong.accept("a drain of " + drain + " is over before everybody has heard of it");
        }
    }

    private static void probes(Rendered rendered, Consumer<String> wrong) {
        Config checks = rendered.config().config().getConfig("akka.management.health-checks");
        JsonNode container = rendered.nodes().containers().get(0);
        Map<String, String> paths = Map.of(
                "startupProbe", "/" + checks.getString("liveness-path"),
                "readinessProbe", "/" + checks.getString("readiness-path"),
                "livenessProbe", "/" + checks.getString("liveness-path"));
        paths.forEach((probe, path) -> {
            JsonNode it = container.path(probe);
            if (!it.at("/httpGet/path").asText().equals(path)
                    || !it.at("/httpGet/port").asText().equals("management")) {
                wrong.accept(probe + " asks " + it.path("httpGet"));
            }
            if (it.path("timeoutSeconds").asInt(1)
                    < checks.getDuration("check-timeout").toSeconds()) {
                wrong.accept(probe + " is less patient than the check itself");
            }
        });
        if (seconds(container.path("startupProbe")) < 120 || seconds(container.path("livenessProbe")) < 60) {
            wrong.accept("a slow machine restarts nodes");
        }
    }

    private static int seconds(JsonNode probe) {
        return probe.path("periodSeconds").asInt(10)
                * probe.path("failureThreshold").asInt(3);
    }

    private static void memory(Rendered rendered, Consumer<String> wrong) {
        JsonNode container = rendered.nodes().containers().get(0);
        double percentage = flag(rendered, "-XX:MaxRAMPercentage=(\\d+)", wrong);
        if (percentage < 40 || percentage > 75) {
            wrong.accept(percentage + " % of the memory is heap: the rest is for what is outside of it");
        }
        double heap = bytes(container.at("/resources/limits/memory").asText()) * percentage / 100;
        long resident = rendered.config().settings().residentConversations();
        if (resident * BYTES_PER_CONVERSATION > heap / 2) {
            wrong.accept(resident + " conversations take more than half of a heap of " + (long) heap);
        }
    }

    private static void processors(Rendered rendered, Consumer<String> wrong) {
        JsonNode container = rendered.nodes().containers().get(0);
        String request = container.at("/resources/requests/cpu").asText();
        double reserved = request.endsWith("m")
                ? Double.parseDouble(request.substring(0, request.length() - 1)) / 1000
                : Double.parseDouble(request);
        double told = flag(rendered, "-XX:ActiveProcessorCount=(\\d+)", wrong);
        if (told != Math.max(2, Math.ceil(reserved))) {
            wrong.accept(told + " processors, of which " + reserved + " are reserved");
        }
        flag(rendered, "-XX:\\+ExitOnOutOfMemoryError()", wrong);
        flag(rendered, "-XX:\\+UseG1GC()", wrong);
    }

    private static double flag(Rendered rendered, String pattern, Consumer<String> wrong) {
        String flags = rendered.environment(
                        rendered.nodes(), rendered.nodes().containers().get(0))
                .getOrDefault("JAVA_TOOL_OPTIONS", "");
        Matcher matcher = Pattern.compile(pattern).matcher(flags);
        if (!matcher.find()) {
            wrong.accept("no " + pattern);
            return 0;
        }
        return matcher.group(1).isEmpty() ? 0 : Double.parseDouble(matcher.group(1));
    }

    static long bytes(String quantity) {
        long number = Long.parseLong(quantity.substring(0, quantity.length() - 2));
        return number << (quantity.endsWith("Gi") ? 30 : 20);
    }

    private static void version(Rendered rendered, Consumer<String> wrong) {
        String label = rendered.nodes().labels().get("app.kubernetes.io/version");
        if (!rendered.config().config().getString("akka.cluster.app-version").equals(label)) {
            wrong.accept("the node does not say " + label);
        }
    }

    private static void autoscaler(Rendered rendered, Consumer<String> wrong) {
        Collection<JsonNode> autoscalers = rendered.of("HorizontalPodAutoscaler")
                .map(it -> it.path("spec"))
                .map(JsonNode.class::cast)
                .toList();
        boolean fixed = deployment(rendered).at("/spec").has("replicas");
        if (fixed != autoscalers.isEmpty()) {
            wrong.accept("either the Deployment says how many, or the autoscaler");
        }
        for (JsonNode it : autoscalers) {
            for (String direction : List.of("scaleUp", "scaleDown")) {
                JsonNode policies = it.path("behavior").path(direction).path("policies");
                if (policies.size() != 1
                        || policies.at("/0/value").asInt() != 1
                        || !policies.at("/0/type").asText().equals("Pods")
                        || policies.at("/0/periodSeconds").asInt() < 60) {
                    wrong.accept(direction + " " + policies);
                }
            }
            if (it.at("/behavior/scaleDown/stabilizationWindowSeconds").asInt() < 600) {
                wrong.accept("nodes come and go with every wave");
            }
            boolean processor = it.path("metrics").size() == 1
                    && it.at("/metrics/0/resource/name").asText().equals("cpu");
            if (!processor) {
                wrong.accept("it goes by " + it.path("metrics"));
            }
        }
    }

    private static JsonNode deployment(Rendered rendered) {
        return rendered.get("Deployment", rendered.nodes().name());
    }
}

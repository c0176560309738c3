package lull.kubernetes;

import static lull.kubernetes.Rendered.texts;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lull.kubernetes.Rendered.Workload;

/** What holds of every pod. */
final class PodRules {

    private static final Set<String> VOLUMES = Set.of("name", "emptyDir", "configMap", "secret", "projected");

    static final List<Rule> ALL = List.of(
            new Rule("pods are restricted", PodRules::restricted),
            new Rule("the namespace enforces it", PodRules::enforced),
            new Rule("images have a version", PodRules::images),
            new Rule("it is the version of the project", PodRules::version),
            new Rule("memory is reserved, the processor is not limited", PodRules::resources),
            new Rule("no variables of services", PodRules::serviceLinks),
            new Rule("what is secret is not written down", PodRules::secrets));

    private PodRules() {}

    private static void restricted(Rendered rendered, Consumer<String> wrong) {
        for (Workload it : rendered.workloads()) {
            JsonNode pod = it.spec().path("securityContext");
            require(pod.path("runAsNonRoot").asBoolean(), it, "runAsNonRoot", wrong);
            require(pod.path("runAsUser").asInt() > 0, it, "runAsUser", wrong);
            require(pod.path("runAsGroup").asInt() > 0, it, "runAsGroup", wrong);
            require(pod.path("fsGroup").asInt() > 0, it, "fsGroup", wrong);
            require(pod.at("/seccompProfile/type").asText().equals("RuntimeDefault"), it, "seccompProfile", wrong);
            for (String host : List.of("hostNetwork", "hostPID", "hostIPC")) {
                require(!it.spec().path(host).asBoolean(), it, host, wrong);
            }
            for (JsonNode volume : it.spec().path("volumes")) {
                volume.fieldNames()
                        .forEachRemaining(kind -> require(VOLUMES.contains(kind), it, "volume of " + kind, wrong));
                boolean bounded = !volume.has("emptyDir")
                        || volume.at("/emptyDir/sizeLimit").isTextual();
                require(bounded, it, "emptyDir without a limit", wrong);
            }
            for (JsonNode container : it.containers()) {
                JsonNode own = container.path("securityContext");
                require(!own.path("allowPrivilegeEscalation").asBoolean(true), it, "allowPrivilegeEscalation", wrong);
                require(own.path("readOnlyRootFilesystem").asBoolean(), it, "readOnlyRootFilesystem", wrong);
                require(texts(own.at("/capabilities/drop")).equals(List.of("ALL")), it, "capabilities", wrong);
                for (String loosened : List.of("privileged", "runAsUser", "runAsNonRoot", "seccompProfile")) {
                    require(!own.has(loosened), it, loosened + " of a container", wrong);
                }
                require(own.at("/capabilities/add").isMissingNode(), it, "capabilities added", wrong);
            }
        }
    }

    private static void enforced(Rendered rendered, Consumer<String> wrong) {
        List<String> namespaces = rendered.of("Namespace")
                .filter(it -> it.at("/metadata/labels/pod-security.kubernetes.io~1enforce")
                        .asText()
                        .equals("restricted"))
                .map(it -> it.at("/metadata/name").asText())
                .toList();
        rendered.workloads().stream()
                .map(it -> rendered.get(it.kind(), it.name())
                        .at("/metadata/namespace")
                        .asText())
                .filter(it -> !namespaces.contains(it))
                .forEach(it -> wrong.accept("namespace " + it));
    }

    private static void images(Rendered rendered, Consumer<String> wrong) {
        for (Workload it : rendered.workloads()) {
            for (JsonNode container : it.containers()) {
                String image = container.path("image").asText();
                boolean exact = image.matches(".+@sha256:[0-9a-f]{64}|.+:[^:/@]+") && !image.endsWith(":latest");
                require(exact, it, image, wrong);
                require(
                        container.path("imagePullPolicy").asText().equals("IfNotPresent"),
                        it,
                        "imagePullPolicy",
                        wrong);
            }
        }
    }

    private static void version(Rendered rendered, Consumer<String> wrong) {
        String version = projectVersion();
        for (Workload it : rendered.workloads()) {
            if (it.kind().equals("StatefulSet")) {
                continue;
            }
            String label = it.labels().get("app.kubernetes.io/version");
            require(version.equals(label), it, "labelled " + label + ", not " + version, wrong);
            for (JsonNode container : it.containers()) {
                String image = container.path("image").asText();
                require(image.contains("@") || image.endsWith("lull:" + version), it, image, wrong);
            }
        }
        String job = "lull-migrate-" + version.replace('.', '-');
        if (rendered.find("Job", job).isEmpty()) {
            wrong.accept("no Job " + job);
        }
    }

    private static String projectVersion() {
        try {
            Matcher matcher = Pattern.compile("<artifactId>lull</artifactId>\\s*<version>([^<]+)<")
                    .matcher(Files.readString(Path.of("pom.xml")));
            matcher.find();
            return matcher.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void resources(Rendered rendered, Consumer<String> wrong) {
        for (Workload it : rendered.workloads()) {
            for (JsonNode container : it.containers()) {
                JsonNode resources = container.path("resources");
                String memory = resources.at("/requests/memory").asText();
                require(memory.matches("\\d+[MG]i"), it, "no memory reserved", wrong);
                require(
                        memory.equals(resources.at("/limits/memory").asText()),
                        it,
                        "memory is not what is reserved",
                        wrong);
                require(!resources.at("/requests/cpu").isMissingNode(), it, "no processor reserved", wrong);
                require(resources.at("/limits/cpu").isMissingNode(), it, "a limit of the processor", wrong);
            }
        }
    }

    private static void serviceLinks(Rendered rendered, Consumer<String> wrong) {
        // A Service called lull would give every pod LULL_PORT and more, which look like settings.
        rendered.workloads()
                .forEach(it ->
                        require(!it.spec().path("enableServiceLinks").asBoolean(true), it, "service links", wrong));
    }

    private static void secrets(Rendered rendered, Consumer<String> wrong) {
        for (Workload it : rendered.workloads()) {
            for (JsonNode container : it.containers()) {
                for (JsonNode variable : container.path("env")) {
                    boolean secret = variable.path("name").asText().matches(".*(PASSWORD|TOKEN|SECRET).*");
                    require(
                            !secret || !variable.has("value"),
                            it,
                            variable.path("name").asText(),
                            wrong);
                }
            }
        }
        rendered.of("ConfigMap")
                .flatMap(it -> it.path("data").properties().stream())
                .filter(it -> it.getKey().matches(".*(PASSWORD|TOKEN|SECRET).*"))
                .forEach(it -> wrong.accept(it.getKey() + " in a ConfigMap"));
    }

    private static void require(boolean holds, Workload workload, String what, Consumer<String> wrong) {
        if (!holds) {
            wrong.accept(workload.kind() + " " + workload.name() + ": " + what);
        }
    }
}

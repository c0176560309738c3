package lull.kubernetes;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import lull.PodConfig;

/** The objects that {@code kubectl kustomize} gives. They can be changed, to see whether anybody notices. */
record Rendered(List<ObjectNode> objects) {

    private static final YAMLMapper YAML = new YAMLMapper();

    /** What makes pods, and the template that it makes them of. */
    record Workload(String kind, String name, JsonNode template) {

        JsonNode spec() {
            return template.at("/spec");
        }

        List<JsonNode> containers() {
            return Stream.of("containers", "initContainers")
                    .flatMap(it -> list(spec().path(it)))
                    .toList();
        }

        Map<String, String> labels() {
            return map(template.at("/metadata/labels"));
        }

        /** Whether the pods have these labels. */
        boolean has(Map<String, String> labels) {
            return labels().entrySet().containsAll(labels.entrySet());
        }
    }

    static Rendered parse(String yaml) {
        try {
            return new Rendered(YAML.readerFor(ObjectNode.class)
                    .<ObjectNode>readValues(yaml)
                    .readAll());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static Map<String, String> map(JsonNode object) {
        Map<String, String> map = new HashMap<>();
        object.properties().forEach(it -> map.put(it.getKey(), it.getValue().asText()));
        return map;
    }

    static List<String> texts(JsonNode array) {
        return list(array).map(JsonNode::asText).toList();
    }

    Stream<ObjectNode> of(String... kinds) {
        return objects.stream()
                .filter(it -> List.of(kinds).contains(it.path("kind").asText()));
    }

    Optional<ObjectNode> find(String kind, String name) {
        return of(kind).filter(it -> it.at("/metadata/name").asText().equals(name))
                .findFirst();
    }

    ObjectNode get(String kind, String name) {
        return find(kind, name).orElseThrow(() -> new AssertionError("there is no " + kind + " " + name));
    }

    List<Workload> workloads() {
        return of("Deployment", "StatefulSet", "Job", "CronJob")
                .map(it -> new Workload(
                        it.path("kind").asText(),
                        it.at("/metadata/name").asText(),
                        it.at(
                                it.path("kind").asText().equals("CronJob")
                                        ? "/spec/jobTemplate/spec/template"
                                        : "/spec/template")))
                .toList();
    }

    /** The nodes themselves. */
    Workload nodes() {
        return workloads().stream()
                .filter(it -> it.kind().equals("Deployment"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no Deployment"));
    }

    /** Everything else that starts the image of the nodes. */
    List<Workload> jobs() {
        return workloads().stream().filter(it -> it.kind().endsWith("Job")).toList();
    }

    /** What the program of a container finds in its environment. What only the cluster knows is made up. */
    Map<String, String> environment(Workload workload, JsonNode container) {
        Map<String, String> environment = new HashMap<>();
        list(container.path("envFrom"))
                .map(it -> it.at("/configMapRef/name").asText())
                .forEach(it -> find("ConfigMap", it).ifPresent(map -> environment.putAll(map(map.path("data")))));
        for (JsonNode variable : container.path("env")) {
            environment.put(variable.path("name").asText(), value(workload, variable));
        }
        return environment;
    }

    private static String value(Workload workload, JsonNode variable) {
        if (variable.has("value")) {
            return variable.path("value").asText();
        }
        String field = variable.at("/valueFrom/fieldRef/fieldPath").asText();
        if (field.startsWith("metadata.labels['")) {
            return workload.labels().getOrDefault(field.replaceAll("^.*\\['|'\\]$", ""), "");
        }
        boolean isUrl = variable.at("/valueFrom/secretKeyRef/key").asText().equals("url");
        return isUrl ? "jdbc:postgresql://postgres.example.com:5432/lull" : "127.0.0.1";
    }

    /** The configuration that the nodes start with. */
    PodConfig config() {
        Workload nodes = nodes();
        return PodConfig.of(environment(nodes, nodes.containers().get(0)));
    }

    /** Puts a value at a place, or removes what is there if there is none. */
    void change(String kind, String name, String pointer, Optional<JsonNode> value) {
        JsonPointer place = JsonPointer.compile(pointer);
        String last = place.last().getMatchingProperty();
        JsonNode parent = get(kind, name).at(place.head());
        if (parent instanceof ArrayNode array) {
            if (last.equals("-")) {
                array.add(value.orElseThrow());
            } else if (value.isPresent()) {
                array.set(Integer.parseInt(last), value.get());
            } else {
                array.remove(Integer.parseInt(last));
            }
        } else if (parent instanceof ObjectNode object) {
            value.ifPresentOrElse(it -> object.set(last, it), () -> object.remove(last));
        } else {
            throw new AssertionError(kind + " " + name + " has nothing at " + place.head());
        }
    }
}

package lull.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Reads an object as what Kubernetes says it is. */
final class Model {

    private static final ObjectMapper JSON = new ObjectMapper().registerModule(new JavaTimeModule());

    private Model() {}

    /** What Kubernetes would not know, or not take for what it is meant to be. */
    static List<String> complaints(JsonNode object) {
        String what =
                object.path("kind").asText() + " " + object.at("/metadata/name").asText();
        List<String> complaints = new ArrayList<>();
        try {
            KubernetesResource typed = JSON.treeToValue(object, KubernetesResource.class);
            if (typed instanceof GenericKubernetesResource || !(typed instanceof HasMetadata)) {
                complaints.add(what + ": no such kind");
            } else {
                walk(typed, what, complaints);
            }
        } catch (IOException | ReflectiveOperationException e) {
            complaints.add(what + ": " + e.getMessage());
        }
        return complaints;
    }

    private static void walk(Object value, String path, List<String> complaints) throws ReflectiveOperationException {
        if (value instanceof Collection<?> all) {
            int at = 0;
            for (Object each : all) {
                walk(each, path + "/" + at++, complaints);
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> each : map.entrySet()) {
                walk(each.getValue(), path + "/" + each.getKey(), complaints);
            }
        } else if (value != null && value.getClass().getName().startsWith("io.fabric8.kubernetes.api.model.")) {
            for (Method method : value.getClass().getMethods()) {
                if (method.getName().equals("getAdditionalProperties")) {
                    ((Map<?, ?>) method.invoke(value))
                            .keySet()
                            .forEach(it -> complaints.add(path + "/" + it + ": unknown"));
                } else if (method.getName().matches("get[A-Z].*")
                        && method.getParameterCount() == 0
                        && method.getDeclaringClass() == value.getClass()) {
                    String name = method.getName();
                    walk(
                            method.invoke(value),
                            path + "/" + name.substring(3, 4).toLowerCase() + name.substring(4),
                            complaints);
                }
            }
        }
    }
}

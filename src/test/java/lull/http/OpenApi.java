package lull.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The API as {@code openapi.yaml} describes it, to hold requests and answers to. */
final class OpenApi {

    static final OpenApi FILE = new OpenApi();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LOCATION = "https://lull/openapi";

    private final JsonNode root;
    private final JsonSchemaFactory schemas;
    private final Map<String, JsonSchema> cache = new ConcurrentHashMap<>();

    private OpenApi() {
        try (InputStream file = OpenApi.class.getResourceAsStream("/openapi.yaml")) {
            root = new YAMLMapper().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String text = root.toString();
        schemas = JsonSchemaFactory.getInstance(
                VersionFlag.V202012, it -> it.schemaLoaders(loaders -> loaders.schemas(Map.of(LOCATION, text))));
    }

    JsonNode root() {
        return root;
    }

    /** Method and template of every operation. */
    Set<String> operations() {
        Set<String> operations = new LinkedHashSet<>();
        root.get("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(name -> {
                    if (!name.equals("parameters")) {
                        operations.add(name.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        return operations;
    }

    /** Names of the query parameters of an operation. */
    Set<String> query(String method, String template) {
        Set<String> names = new LinkedHashSet<>();
        String pointer = operation(method, template);
        JsonNode parameters = root.at(pointer + "/parameters");
        for (JsonNode parameter : parameters) {
            JsonNode resolved = parameter.has("$ref")
                    ? root.at(parameter.get("$ref").asText().substring(1))
                    : parameter;
            if (resolved.get("in").asText().equals("query")) {
                names.add(resolved.get("name").asText());
            }
        }
        return names;
    }

    /** The description of a path, if there is any. */
    Optional<String> template(String path) {
        String bare = path.replaceFirst("\\?.*", "");
        for (var names = root.get("paths").fieldNames(); names.hasNext(); ) {
            String template = names.next();
            if (bare.matches(template.replace(".", "\\.").replace("{key}", "[^/]*"))) {
                return Optional.of(template);
            }
        }
        return Optional.empty();
    }

    /** Holds an exchange to the description: the request too, if it was a success. */
    void check(String method, String path, byte[] request, int status, HttpHeaders headers, byte[] body) {
        String described = template(path)
                .map(it -> operation(method.equals("HEAD") ? "GET" : method, it))
                .filter(it -> !root.at(it).isMissingNode())
                .map(it -> it + "/responses/" + status)
                .orElse("/components/responses/" + (status == 405 ? "MethodNotAllowed" : "NotFound"));
        checkAnswer(described, status, headers, method.equals("HEAD") ? new byte[0] : body);
        if (status == 200 && method.equals("POST") && request.length > 0) {
            JsonNode content = root.at(operation(method, template(path).orElseThrow()) + "/requestBody/content");
            String type = content.fieldNames().next();
            if (type.equals("application/json")) {
                check(
                        operation(method, template(path).orElseThrow())
                                + "/requestBody/content/application~1json/schema",
                        request);
            }
        }
    }

    private void checkAnswer(String described, int status, HttpHeaders headers, byte[] body) {
        String pointer = resolve(described);
        JsonNode response = root.at(pointer);
        assertThat(response.isMissingNode()).as("%s is described", described).isFalse();
        checkHeaders(pointer, headers);
        JsonNode content = response.path("content");
        if (content.isMissingNode()) {
            assertThat(body).isEmpty();
            return;
        }
        String type = headers.firstValue("content-type").orElse("none");
        assertThat(content.has(type))
                .as("%s has content of type %s", described, type)
                .isTrue();
        String schema = pointer + "/content/" + type.replace("/", "~1") + "/schema";
        if (type.equals("application/x-ndjson")) {
            new String(body, StandardCharsets.UTF_8)
                    .lines()
                    .forEach(line -> check(schema, line.getBytes(StandardCharsets.UTF_8)));
        } else if (type.endsWith("json") && body.length > 0) {
            check(schema, body);
            if (status >= 400) {
                assertThat(read(body).get("status").asInt()).isEqualTo(status);
            }
        }
    }

    private void checkHeaders(String response, HttpHeaders headers) {
        root.at(response + "/headers").fieldNames().forEachRemaining(name -> {
            String pointer = resolve(response + "/headers/" + name);
            Optional<String> value = headers.firstValue(name);
            if (root.at(pointer).path("required").asBoolean()) {
                assertThat(value).as("header %s", name).isPresent();
            }
            value.ifPresent(it -> assertThat(errors(pointer + "/schema", TextNode.valueOf(it)))
                    .as("header %s", name)
                    .isEmpty());
        });
    }

    private static String operation(String method, String template) {
        return "/paths/" + template.replace("/", "~1") + "/" + method.toLowerCase(Locale.ROOT);
    }

    private String resolve(String pointer) {
        JsonNode reference = root.at(pointer).path("$ref");
        return reference.isMissingNode() ? pointer : reference.asText().substring(1);
    }

    /** Holds JSON to a schema of the file. */
    void check(String schema, byte[] json) {
        assertThat(errors(schema, read(json)))
                .as("%s against %s", new String(json, StandardCharsets.UTF_8), schema)
                .isEmpty();
    }

    Set<ValidationMessage> errors(String schema, JsonNode json) {
        return cache.computeIfAbsent(
                        schema,
                        it -> schemas.getSchema(
                                SchemaLocation.of(
                                        LOCATION + "#" + it.replace("{", "%7B").replace("}", "%7D")),
                                SchemaValidatorsConfig.builder()
                                        .formatAssertionsEnabled(true)
                                        .build()))
                .validate(json);
    }

    static JsonNode read(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

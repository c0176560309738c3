package lull.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RoutesTest {

    private static List<Router.Route> routes() {
        HttpSettings settings = new HttpSettings(
                HttpSettings.Timing.SYSTEM,
                Clock.systemUTC(),
                HttpSettings.LOOPBACK,
                0,
                Duration.ofSeconds(1),
                Duration.ZERO);
        return Api.routes(null, null, null, settings, new Bodies(null), null);
    }

    @Test
    void the_calls_are_those_of_the_description() {
        assertThat(routes().stream().map(it -> it.method() + " " + it.template()))
                .containsExactlyInAnyOrderElementsOf(OpenApi.FILE.operations());
    }

    @Test
    void each_call_takes_the_query_parameters_of_its_description() {
        for (Router.Route route : routes()) {
            assertThat(route.query())
                    .as(route.template())
                    .isEqualTo(OpenApi.FILE.query(route.method(), route.template()));
        }
    }

    @Test
    void every_example_fits_its_schema() {
        List<String> found = new ArrayList<>();
        checkExamples("", OpenApi.FILE.root(), found);
        assertThat(found).hasSizeGreaterThan(25);
    }

    private void checkExamples(String pointer, JsonNode node, List<String> found) {
        if (node.has("examples") && node.has("schema")) {
            for (JsonNode example : node.get("examples")) {
                found.add(pointer);
                OpenApi.FILE.check(
                        pointer + "/schema", example.get("value").toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        if (node.has("example") && node.has("schema")) {
            found.add(pointer);
            assertThat(OpenApi.FILE.errors(pointer + "/schema", node.get("example")))
                    .isEmpty();
        }
        node.fieldNames().forEachRemaining(name -> {
            String child = pointer + "/" + name.replace("~", "~0").replace("/", "~1");
            checkExamples(child, node.get(name), found);
        });
    }

    @Test
    void every_answer_but_the_description_has_an_example() {
        String without = OpenApi.FILE.operations().stream()
                .filter(it -> OpenApi.FILE
                        .root()
                        .at("/paths/" + it.split(" ")[1].replace("/", "~1") + "/"
                                + it.split(" ")[0].toLowerCase(Locale.ROOT) + "/responses/200/content")
                        .findValues("examples")
                        .isEmpty())
                .collect(Collectors.joining(", "));
        assertThat(without).isEmpty();
    }
}

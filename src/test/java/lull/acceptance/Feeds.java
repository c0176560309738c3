package lull.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lull.model.Line;
import lull.model.Transition;

/** The feeds of a node, read whole, and their lines in the words of the model. */
final class Feeds {

    private Feeds() {}

    /** Everything that a feed has behind a position. */
    static List<JsonNode> read(Http http, RunningNode node, String feed, long after) throws IOException {
        Http.Answer answer = http.get(node.api("/v1/" + feed + "?after=" + after));
        assertThat(answer.status()).as("%s: %s", feed, answer.body()).isEqualTo(200);
        return answer.lines();
    }

    static List<Line> messages(Http http, RunningNode node) throws IOException {
        return read(http, node, "messages", 0).stream().map(Feeds::line).toList();
    }

    static List<Transition> transitions(Http http, RunningNode node) throws IOException {
        return read(http, node, "transitions", 0).stream()
                .map(Feeds::transition)
                .toList();
    }

    static Line line(JsonNode json) {
        String type = text(json, "type").orElse("message");
        return new Line(
                json.required("conversation").textValue(),
                text(json, "messageId"),
                Instant.parse(json.required("at").textValue()),
                type,
                text(json, "direction"),
                // The feed does not say who closed. It decides nothing about a closing that has an id.
                type.equals("close") ? Optional.of("system") : Optional.empty());
    }

    static Transition transition(JsonNode json) {
        return new Transition(
                json.required("conversation").textValue(),
                json.required("session").intValue(),
                text(json, "from"),
                json.required("to").textValue(),
                Instant.parse(json.required("at").textValue()),
                json.required("reason").textValue());
    }

    private static Optional<String> text(JsonNode json, String field) {
        return Optional.ofNullable(json.path(field).textValue());
    }

    /** A feed read twice is the same, its positions rise, and each of some positions leads to exactly the rest. */
    static void mustBeRepeatable(Http http, RunningNode node, String feed) throws IOException {
        List<JsonNode> once = read(http, node, feed, 0);
        List<Long> positions =
                once.stream().map(it -> it.required("sequence").longValue()).toList();
        for (int i = 1; i < positions.size(); i++) {
            assertThat(positions.get(i))
                    .as("position of line %s of %s", i + 1, feed)
                    .isGreaterThan(positions.get(i - 1));
        }
        assertThat(read(http, node, feed, 0).equals(once))
                .as("%s is the same when read again", feed)
                .isTrue();
        List<Integer> places = new ArrayList<>(List.of(0, once.size() / 3, once.size() / 2, once.size() - 1));
        for (int place : places) {
            assertThat(read(http, node, feed, positions.get(place)).equals(once.subList(place + 1, once.size())))
                    .as("%s after line %s is the rest", feed, place + 1)
                    .isTrue();
        }
    }
}

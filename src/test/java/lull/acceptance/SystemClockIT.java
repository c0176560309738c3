package lull.acceptance;

import static lull.model.Differences.mustBeEqual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lull.model.Limits;
import lull.model.Line;
import lull.model.SlowModel;
import lull.model.Transition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand conversations by the node's own clock, with timeouts of seconds and a kill -9 in the middle. */
class SystemClockIT {

    private static final int CONVERSATIONS = 1_000;
    private static final int MESSAGES_PER_SECOND = 200;
    private static final Duration TALK = Duration.ofSeconds(8);
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration PROMISED = TICK.plusMillis(500);
    private static final Limits LIMITS = new Limits(
            Duration.ofSeconds(2),
            Optional.of(Duration.ofSeconds(2)),
            Optional.of(Duration.ofSeconds(3)),
            Optional.of(Duration.ofSeconds(12)));
    private static final Set<String> BY_TIME = Set.of("idle-timeout", "idle-expired", "pending-timeout", "max-age");

    @TempDir
    private Path home;

    private final Http http = new Http();

    @Test
    void every_timeout_is_exact_never_early_and_soon_seen_whatever_happens_to_the_node() throws Exception {
        Map<String, String> settings = Map.of(
                "LULL_HOME", home.toString(),
                "LULL_HTTP_PORT", Integer.toString(Ports.free()),
                "LULL_TICK", "PT0.2S",
                "LULL_IDLE_AFTER", LIMITS.idleAfter().toString(),
                "LULL_EXPIRE_AFTER", LIMITS.expireAfter().orElseThrow().toString(),
                "LULL_PENDING_EXPIRE_AFTER",
                        LIMITS.pendingExpireAfter().orElseThrow().toString(),
                "LULL_MAX_AGE", LIMITS.maxAge().orElseThrow().toString());
        RunningNode node = RunningNode.start("system-clock", settings).awaitReady();
        try (Load load = new Load(node, CONVERSATIONS, 3, 1)) {
            load.messagesPerSecond(MESSAGES_PER_SECOND);
            passes(TALK);
            Instant killed = Instant.now();
            node.kill9();
            node = node.startAgain(Map.of()).awaitReady();
            Instant back = Instant.now();
            passes(TALK);
            load.finish(Duration.ofSeconds(60));
            awaitNobodyLive(node);

            List<Line> messages = Feeds.messages(http, node);
            List<JsonNode> transitions = Feeds.read(http, node, "transitions", 0);
            assertThat(messages.stream().map(it -> it.messageId().orElseThrow()))
                    .doesNotHaveDuplicates()
                    .containsAll(load.acknowledged());
            mustBeEqual(
                    "recomputed from what the node says it was told",
                    SlowModel.run(messages, LIMITS, Instant.MAX).transitions(),
                    Transition.sorted(
                            transitions.stream().map(Feeds::transition).toList()));
            judgeLateness(transitions, killed, back.plus(PROMISED));
        } finally {
            node.close();
        }
    }

    private static void passes(Duration time) {
        Instant end = Instant.now().plus(time);
        await().atMost(time.plusSeconds(5))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> Instant.now().isAfter(end));
    }

    private void awaitNobodyLive(RunningNode node) {
        await("everything has ended")
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    for (String state : List.of("pending", "active", "idle")) {
                        if (!list(node, state).path("conversations").isEmpty()) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    private JsonNode list(RunningNode node, String state) throws IOException {
        return http.get(node.api("/v1/conversations?limit=1&state=" + state)).json();
    }

    /** What was due while the node was down is late by nature, so it is told apart. */
    private static void judgeLateness(List<JsonNode> transitions, Instant downFrom, Instant downTo) {
        List<Duration> lateness = new ArrayList<>();
        int whileDown = 0;
        for (JsonNode transition : transitions) {
            Instant at = Instant.parse(transition.required("at").textValue());
            Instant observedAt = Instant.parse(transition.required("observedAt").textValue());
            assertThat(observedAt).as("%s", transition).isAfterOrEqualTo(at);
            if (!BY_TIME.contains(transition.required("reason").textValue())) {
                continue;
            }
            if (at.isAfter(downFrom.minus(PROMISED)) && at.isBefore(downTo)) {
                whileDown++;
            } else {
                lateness.add(Duration.between(at, observedAt));
            }
        }
        assertThat(lateness).hasSizeGreaterThan(CONVERSATIONS);
        assertThat(whileDown).isPositive();
        lateness.sort(null);
        Duration p99 = lateness.get(lateness.size() * 99 / 100);
        System.out.printf(
                "system clock: %d transitions by time seen %d ms late at p50, %d ms at p99, %d ms at most; promised are %d ms"
                        + " at p99; %d more were due while the node was down%n",
                lateness.size(),
                lateness.get(lateness.size() / 2).toMillis(),
                p99.toMillis(),
                lateness.get(lateness.size() - 1).toMillis(),
                PROMISED.toMillis(),
                whileDown);
        assertThat(p99).isLessThan(Duration.ofSeconds(10));
    }
}

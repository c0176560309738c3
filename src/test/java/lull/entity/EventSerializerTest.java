package lull.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lull.domain.Authority;
import lull.domain.ConversationEvent;
import lull.domain.Direction;
import lull.domain.Policy;
import lull.domain.Rule;
import lull.domain.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The stored forms, letter by letter. A change here is a change to every journal in the field. */
class EventSerializerTest {

    private static final Instant AT = Instant.parse("2026-11-22T10:00:00.123456789Z");
    private static final Instant SEEN = Instant.parse("2026-11-22T10:00:01Z");

    record Pinned(ConversationEvent event, String manifest, String json) {}

    static List<Pinned> pinned() {
        return List.of(
                new Pinned(
                        new ConversationEvent.Opened(
                                1,
                                AT,
                                new Policy(
                                        Duration.ofMinutes(15),
                                        Optional.of(Duration.ofHours(2)),
                                        Optional.empty(),
                                        Optional.of(Duration.ofDays(1))),
                                SEEN),
                        "opened",
                        """
                        {"session":1,"at":"2026-11-22T10:00:00.123456789Z","idleAfter":"PT15M","expireAfter":"PT2H",\
                        "maxAge":"PT24H","observedAt":"2026-11-22T10:00:01Z"}"""),
                new Pinned(
                        new ConversationEvent.MessageRecorded(
                                2, AT, "m \"1\" ü", Direction.INBOUND, Optional.of("whatsapp:+1")),
                        "message",
                        """
                        {"session":2,"at":"2026-11-22T10:00:00.123456789Z","messageId":"m \\"1\\" ü","direction":"inbound",\
                        "from":"whatsapp:+1"}"""),
                new Pinned(
                        new ConversationEvent.MessageRecorded(2, AT, "m2", Direction.OUTBOUND, Optional.empty()),
                        "message",
                        """
                        {"session":2,"at":"2026-11-22T10:00:00.123456789Z","messageId":"m2","direction":"outbound"}"""),
                new Pinned(new ConversationEvent.Replied(1, AT, SEEN), "reply", """
                        {"session":1,"at":"2026-11-22T10:00:00.123456789Z","observedAt":"2026-11-22T10:00:01Z"}"""),
                new Pinned(new ConversationEvent.WentIdle(1, AT, SEEN), "idle", """
                        {"session":1,"at":"2026-11-22T10:00:00.123456789Z","observedAt":"2026-11-22T10:00:01Z"}"""),
                new Pinned(new ConversationEvent.Reactivated(1, AT, SEEN), "reactivated", """
                        {"session":1,"at":"2026-11-22T10:00:00.123456789Z","observedAt":"2026-11-22T10:00:01Z"}"""),
                new Pinned(new ConversationEvent.Expired(1, AT, State.IDLE, Rule.IDLE_EXPIRED, SEEN), "expired", """
                        {"session":1,"at":"2026-11-22T10:00:00.123456789Z","from":"idle","rule":"idle-expired",\
                        "observedAt":"2026-11-22T10:00:01Z"}"""),
                new Pinned(
                        new ConversationEvent.Ended(
                                1,
                                AT,
                                State.ACTIVE,
                                State.CLOSED,
                                Authority.USER,
                                Optional.of("solved"),
                                Optional.of("c1"),
                                SEEN),
                        "ended",
                        """
                        {"session":1,"at":"2026-11-22T10:00:00.123456789Z","from":"active","to":"closed","by":"user",\
                        "reason":"solved","messageId":"c1","observedAt":"2026-11-22T10:00:01Z"}"""),
                new Pinned(
                        new ConversationEvent.ClosingIgnored(
                                1, AT, State.FAILED, Authority.FAILURE, Optional.empty(), Optional.empty()),
                        "closing-ignored",
                        """
                        {"session":1,"at":"2026-11-22T10:00:00.123456789Z","to":"failed","by":"failure"}"""));
    }

    private final EventSerializer serializer = new EventSerializer();

    @ParameterizedTest
    @MethodSource("pinned")
    void an_event_is_stored_and_read_in_its_pinned_form(Pinned pinned) {
        assertThat(serializer.manifest(pinned.event())).isEqualTo(pinned.manifest());
        assertThat(new String(serializer.toBinary(pinned.event()), StandardCharsets.UTF_8))
                .isEqualTo(pinned.json());
        assertThat(serializer.fromBinary(pinned.json().getBytes(StandardCharsets.UTF_8), pinned.manifest()))
                .isEqualTo(pinned.event());
    }

    @Test
    void every_event_class_has_a_pinned_form() {
        Set<Class<?>> withForm =
                pinned().stream().map(it -> it.event().getClass()).collect(Collectors.toSet());

        assertThat(events(ConversationEvent.class)).isEqualTo(withForm);
    }

    private static Set<Class<?>> events(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses())
                        .flatMap(it -> events(it).stream())
                        .collect(Collectors.toSet())
                : Stream.of(type).collect(Collectors.toSet());
    }

    @Test
    void every_name_that_is_stored_can_be_read_again() {
        for (State left : State.values()) {
            for (Rule rule : Rule.values()) {
                for (Authority by : Authority.values()) {
                    List.of(
                                    new ConversationEvent.Expired(1, AT, left, rule, SEEN),
                                    new ConversationEvent.ClosingIgnored(
                                            1, AT, left, by, Optional.empty(), Optional.empty()))
                            .forEach(event -> assertThat(serializer.fromBinary(
                                            serializer.toBinary(event), serializer.manifest(event)))
                                    .isEqualTo(event));
                }
            }
        }
    }

    @Test
    void a_field_that_a_later_version_added_is_passed_over() {
        String json =
                "{\"session\":1,\"at\":\"2026-11-22T10:00:00Z\",\"observedAt\":\"2026-11-22T10:00:01Z\",\"new\":7}";

        assertThat(serializer.fromBinary(json.getBytes(StandardCharsets.UTF_8), "idle"))
                .isEqualTo(new ConversationEvent.WentIdle(1, Instant.parse("2026-11-22T10:00:00Z"), SEEN));
    }

    @Test
    void an_unknown_manifest_is_an_error() {
        assertThatThrownBy(() -> serializer.fromBinary(
                        "{\"session\":1,\"at\":\"2026-11-22T10:00:00Z\"}".getBytes(StandardCharsets.UTF_8), "renamed"))
                .hasMessageContaining("renamed");
    }

    @Test
    void sessions_share_their_policy() {
        byte[] opened = serializer.toBinary(new ConversationEvent.Opened(1, AT, Policy.DEFAULT, SEEN));

        var first = (ConversationEvent.Opened) serializer.fromBinary(opened, "opened");
        var second = (ConversationEvent.Opened) serializer.fromBinary(opened, "opened");

        assertThat(first.policy()).isSameAs(second.policy());
    }
}

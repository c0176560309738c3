package lull.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversationIdTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "!", "~", "+4915112345::+4930123456", "whatsapp:+49", "%2F", "a|b", "..", "a.b_c-d@e"})
    void a_key_is_printable_ascii(String key) {
        var id = new ConversationId("default", key);

        assertThat(id.entityId()).isEqualTo("default|" + key);
        assertThat(ConversationId.parse(id.entityId())).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "/", "a/b", "é", "日本", "a\u0000", "a\n", "\ta", "\u007f", "a\u00a0b", "😀"})
    void a_key_holds_nothing_else(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConversationId("default", key))
                .withMessage("a conversation key is 1-255 printable ASCII characters without space and slash");
    }

    @Test
    void a_key_has_255_characters_at_most() {
        assertThat(new ConversationId("default", "k".repeat(255)).key()).hasSize(255);
        assertThatIllegalArgumentException().isThrownBy(() -> new ConversationId("default", "k".repeat(256)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a|b", "a b", "a_b", "ä"})
    void a_tenant_is_lower_case_letters_digits_and_hyphens(String tenant) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConversationId(tenant, "k"))
                .withMessage("a tenant is 1-63 lower-case letters, digits and hyphens");
    }

    @Test
    void a_tenant_has_63_characters_at_most() {
        assertThat(new ConversationId("t".repeat(63), "k").tenant()).hasSize(63);
        assertThatIllegalArgumentException().isThrownBy(() -> new ConversationId("t".repeat(64), "k"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "|", "default", "default|", "|key"})
    void a_name_in_storage_has_both_parts(String entityId) {
        assertThatIllegalArgumentException().isThrownBy(() -> ConversationId.parse(entityId));
    }

    @Test
    void only_the_first_bar_parts_tenant_and_key() {
        assertThat(ConversationId.parse("acme|a|b")).isEqualTo(new ConversationId("acme", "a|b"));
    }

    /** The slice is stored with each row, so a name must have the same one for ever. */
    @ParameterizedTest
    @CsvSource({"a, 6", "b, 7", "irc-f73fe2bd1d, 4"})
    void a_slice_is_for_ever(String key, int slice) {
        assertThat(new ConversationId("default", key).slice()).isEqualTo(slice);
    }

    @Test
    void all_slices_are_used_evenly() {
        var counts = IntStream.range(0, 16_000)
                .mapToObj(it -> new ConversationId("default", "conversation-" + it).slice())
                .collect(Collectors.groupingBy(it -> it, Collectors.counting()));

        assertThat(counts.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, ConversationId.SLICES).boxed().toList());
        assertThat(counts.values()).allMatch(it -> it > 700 && it < 1300);
    }
}

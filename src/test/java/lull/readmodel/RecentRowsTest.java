package lull.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import lull.domain.ConversationId;
import lull.domain.Policy;
import lull.domain.State;
import org.junit.jupiter.api.Test;

class RecentRowsTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final RecentRows recent = new RecentRows(3);

    private static ConversationId id(String key) {
        return new ConversationId("default", key);
    }

    private static ConversationRow row(String key, long sequence) {
        Policy itsOwn = new Policy(Duration.ofMinutes(15), Optional.empty(), Optional.empty(), Optional.empty());
        return new ConversationRow(id(key), 1, State.ACTIVE, NOON, NOON, NOON, itsOwn, Optional.empty(), sequence);
    }

    @Test
    void gives_the_row_that_was_put_last() {
        recent.put(List.of(row("a", 1), row("b", 1)));
        recent.put(List.of(row("a", 2)));

        assertThat(recent.get(id("a"))).contains(row("a", 2));
        assertThat(recent.get(id("b"))).contains(row("b", 1));
        assertThat(recent.get(id("c"))).isEmpty();
    }

    @Test
    void keeps_the_rows_that_were_used_last() {
        recent.put(List.of(row("a", 1), row("b", 1), row("c", 1)));

        recent.get(id("a"));
        recent.put(List.of(row("d", 1)));

        assertThat(recent.get(id("a"))).isPresent();
        assertThat(recent.get(id("b"))).isEmpty();
        assertThat(recent.get(id("c"))).isPresent();
        assertThat(recent.get(id("d"))).isPresent();
    }

    @Test
    void rows_of_equal_policies_share_one() {
        recent.put(List.of(row("a", 1), row("b", 1)));

        assertThat(recent.get(id("a")).orElseThrow().policy())
                .isSameAs(recent.get(id("b")).orElseThrow().policy());
    }
}

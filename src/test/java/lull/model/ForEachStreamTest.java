package lull.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ForEachStreamTest {

    @Test
    void leaves_only_the_lines_that_break_the_property() {
        MessageStream stream = RandomStreams.of(10);
        Line first = stream.lines().get(1);
        Line second = stream.lines().get(stream.lines().size() - 1);

        MessageStream shortest = ForEachStream.shrink(
                it -> Differences.must(!it.lines().containsAll(List.of(first, second)), () -> "both are there"),
                stream);

        assertThat(stream.lines()).hasSizeGreaterThan(5);
        assertThat(shortest.lines()).containsExactly(first, second);
    }

    @Test
    void reports_the_seed_the_shortest_stream_and_what_is_wrong() {
        assertThatThrownBy(() -> ForEachStream.of(
                        100,
                        stream -> stream.lines()
                                .forEach(it -> Differences.must(!it.type().equals("fail"), () -> "a failure"))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a failure\nseed ")
                .hasMessageContaining("\npolicy {\"idleAfter\":")
                .hasMessageContaining("\"type\":\"fail\"")
                .hasMessageNotContaining("direction");
    }

    @Test
    void one_seed_makes_one_stream() {
        assertThat(RandomStreams.of(7)).isEqualTo(RandomStreams.of(7)).isNotEqualTo(RandomStreams.of(8));
    }
}

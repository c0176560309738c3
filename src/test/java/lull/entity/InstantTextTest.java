package lull.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstantTextTest {

    private static final int[] PRECISIONS = {1, 1_000, 1_000_000, 1_000_000_000};

    @Test
    void writes_and_reads_as_java_does_at_any_time_and_precision() {
        SplittableRandom random = new SplittableRandom(1);
        long first = Instant.parse("-0001-01-01T00:00:00Z").getEpochSecond();
        long last = Instant.parse("+10001-01-01T00:00:00Z").getEpochSecond();
        for (int i = 0; i < 100_000; i++) {
            int precision = PRECISIONS[i % PRECISIONS.length];
            Instant time = Instant.ofEpochSecond(
                    random.nextLong(first, last), random.nextInt(1_000_000_000) / precision * precision);
            assertThat(InstantText.of(time)).isEqualTo(time.toString());
            assertThat(InstantText.parse(time.toString())).isEqualTo(time);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999999999Z",
                "1969-12-31T23:59:59.5Z",
                "2024-02-29T12:00:00.000000001Z",
                "2026-01-05T24:00:00Z",
                "2016-12-31T23:59:60Z",
                "2026-01-05T00:00:00.Z",
                "2026-01-05T00:00:00.12Z",
                "2026-01-05T01:00:00+01:00",
                "2026-01-05t00:00:00z"
            })
    void reads_what_is_out_of_the_ordinary_as_java_does(String text) {
        assertThat(InstantText.parse(text)).isEqualTo(Instant.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "2026-02-30T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-01-05T00:61:00Z",
                "2026-01-05T00:00:00.1234567890Z",
                "2026-01-0xT00:00:00Z",
                "2026-01-05T00:00:00",
                "2026-01-05T00:00:00.-1Z"
            })
    void refuses_what_is_no_instant(String text) {
        assertThatThrownBy(() -> InstantText.parse(text)).isInstanceOf(DateTimeException.class);
    }
}

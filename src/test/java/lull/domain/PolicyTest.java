package lull.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @ParameterizedTest
    @CsvSource({
        "PT15M, PT15M",
        "P1D, PT24H",
        "P2W, PT336H",
        "P1DT12H, PT36H",
        "P1DT1S, PT24H1S",
        "PT1H2M3S, PT1H2M3S",
        "PT1H3S, PT1H3S",
        "PT90M, PT1H30M",
        "PT0.5S, PT0.5S",
        "PT0.000000001S, PT0.000000001S",
        "PT1.050S, PT1.05S",
        "PT007M, PT7M",
        "P3653D, PT87672H"
    })
    void reads_weeks_or_days_hours_minutes_and_seconds(String text, Duration expected) {
        assertThat(Policy.parseDuration(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"P1M", "P1Y", "P1Y6M", "P1Y2D", "P2M1D", "P1MT1H", "P1Y2M3DT4H", "P1.5Y"})
    void refuses_years_and_months_and_says_why(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Policy.parseDuration(text))
                .withMessageContaining("no fixed length")
                .withMessageContaining("such as P30D");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "P",
                "PT",
                "P1DT",
                "P1",
                "1D",
                "15M",
                "PT15",
                "T15M",
                "pt15m",
                "-PT5M",
                "PT-5M",
                "+PT5M",
                "P-1D",
                "P1W2D",
                "P1WT1H",
                "P1.5D",
                "PT1.5M",
                "PT.5S",
                "PT1.S",
                "PT1,5S",
                "PT0.0000000001S",
                "PT1M1H",
                "PT1S1M",
                "PT5M ",
                " PT5M",
                "PT5M\n",
                "P 1D",
                "PT1H1H",
                "forever",
                "none",
                "PT9999999999S",
                "PT٥M"
            })
    void refuses_what_is_not_a_duration_and_shows_one(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Policy.parseDuration(text))
                .withMessageContaining("not an ISO-8601 duration")
                .withMessageContaining("such as PT15M");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "P0D", "P0W", "PT0.000000000S", "P3653DT0.000000001S", "P4015D", "P999999999W"})
    void refuses_zero_and_more_than_ten_years(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Policy.parseDuration(text))
                .withMessageContaining("longer than zero and at most ten years");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-0.000000001S", "P-1D", "P3653DT0.000000001S", "P4015D"})
    void every_duration_of_a_policy_is_longer_than_zero_and_at_most_ten_years(Duration wrong) {
        Optional<Duration> never = Optional.empty();

        assertRefused("idleAfter", () -> new Policy(wrong, never, never, never));
        assertRefused("expireAfter", () -> new Policy(MINUTE, Optional.of(wrong), never, never));
        assertRefused("pendingExpireAfter", () -> new Policy(MINUTE, never, Optional.of(wrong), never));
        assertRefused("maxAge", () -> new Policy(MINUTE, never, never, Optional.of(wrong)));
    }

    private static void assertRefused(String name, Runnable making) {
        assertThatIllegalArgumentException()
                .isThrownBy(making::run)
                .withMessageStartingWith(name + " is ")
                .withMessageContaining("longer than zero and at most ten years");
    }

    @Test
    void a_nanosecond_and_ten_years_are_accepted() {
        assertThatCode(() -> policy(Duration.ofNanos(1))).doesNotThrowAnyException();
        assertThatCode(() -> policy(Policy.LONGEST)).doesNotThrowAnyException();
    }

    @Test
    void the_defaults_are_those_of_the_design() {
        assertThat(Policy.DEFAULT)
                .isEqualTo(new Policy(
                        Duration.ofMinutes(15),
                        Optional.of(Duration.ofHours(2)),
                        Optional.of(Duration.ofDays(1)),
                        Optional.of(Duration.ofDays(1))));
    }

    private static Policy policy(Duration all) {
        return new Policy(all, Optional.of(all), Optional.of(all), Optional.of(all));
    }
}

package lull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import lull.domain.Policy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    private static Settings with(String setting, String value) {
        return Settings.of(ConfigFactory.parseString("lull." + setting + " = \"" + value + "\"")
                .withFallback(ConfigFactory.load()));
    }

    @Test
    void the_defaults_are_those_of_the_design() {
        Settings settings = Settings.of(ConfigFactory.load());

        assertThat(settings.policy()).isEqualTo(Policy.DEFAULT);
        assertThat(settings.tick()).contains(Duration.ofSeconds(60));
        assertThat(settings.externalClock()).isFalse();
        assertThat(settings.http()).isEqualTo(new Settings.Listener("127.0.0.1", 8080));
        assertThat(settings.management()).isEqualTo(new Settings.Listener("127.0.0.1", 8558));
        assertThat(settings.jdbc().url()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "policy.idle-after, P1M, LULL_IDLE_AFTER, years and months have no fixed length",
        "policy.idle-after, none, LULL_IDLE_AFTER, required",
        "policy.expire-after, PT0S, LULL_EXPIRE_AFTER, longer than zero",
        "policy.pending-expire-after, -PT5M, LULL_PENDING_EXPIRE_AFTER, not an ISO-8601 duration",
        "policy.max-age, P3654D, LULL_MAX_AGE, at most ten years",
        "tick, PT0.099S, LULL_TICK, PT0.1S",
        "tick, P2D, LULL_TICK, P1D",
        "clock, moon, LULL_CLOCK, 'system, external'",
        "http.port, 65536, LULL_HTTP_PORT, from 0 to 65535",
        "management.port, -1, LULL_MANAGEMENT_PORT, from 0 to 65535",
        "http.interface, '', LULL_HTTP_INTERFACE, an address",
        "jdbc.url, mysql://x, LULL_JDBC_URL, jdbc:postgresql:",
        "jdbc.pool-size, 3, LULL_JDBC_POOL_SIZE, from 4",
        "jdbc.migrate, maybe, LULL_MIGRATE, 'true, false'",
        "resident-conversations, 99, LULL_RESIDENT_CONVERSATIONS, from 100",
        "max-in-flight, 0, LULL_MAX_IN_FLIGHT, from 1",
        "home, '', LULL_HOME, a directory"
    })
    void a_wrong_value_is_refused_by_the_name_of_its_variable(
            String setting, String value, String variable, String reason) {
        assertThatThrownBy(() -> with(setting, value))
                .isInstanceOf(Settings.InvalidException.class)
                .hasMessageStartingWith(variable + " is \"" + value + "\"")
                .hasMessageContaining(reason);
    }

    @Test
    void optional_durations_may_be_none_and_the_tick_off() {
        assertThat(with("policy.expire-after", "none").policy().expireAfter()).isEmpty();
        assertThat(with("policy.pending-expire-after", "none").policy().pendingExpireAfter())
                .isEmpty();
        assertThat(with("policy.max-age", "none").policy().maxAge()).isEmpty();
        assertThat(with("tick", "off").tick()).isEmpty();
        assertThat(with("tick", "PT0.1S").tick()).contains(Duration.ofMillis(100));
    }

    @Test
    void with_the_external_clock_nothing_ticks_by_itself() {
        assertThat(with("clock", "external").tick()).isEqualTo(Optional.empty());
    }

    @Test
    void a_misspelt_variable_is_noticed() {
        assertThat(Settings.unknownVariables(Set.of("LULL_IDLE_AFTR", "LULL_TICK", "LULL_LOG_LEVEL", "PATH")))
                .containsExactly("LULL_IDLE_AFTR");
    }

    @Test
    void the_shutdown_leaves_time_for_the_drain() {
        Duration phase = with("drain", "PT20S")
                .akka()
                .getDuration("akka.coordinated-shutdown.phases.before-service-unbind.timeout");

        assertThat(phase).isEqualTo(Duration.ofSeconds(25));
    }
}

package lull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import lull.domain.ConversationId;
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
        assertThat(settings.jdbc().migrate()).isTrue();
        assertThat(settings.formation()).isEqualTo(new Formation.Alone());
        assertThat(settings.drain()).isZero();
    }

    /** Akka spreads shards by this number; what they are is said by SliceExtractor. */
    @Test
    void there_are_as_many_shards_as_slices() {
        assertThat(ConfigFactory.load().getInt("akka.cluster.sharding.number-of-shards"))
                .isEqualTo(ConversationId.SLICES);
    }

    @ParameterizedTest
    @CsvSource({
        "policy.idle-after, P1M, LULL_IDLE_AFTER, years and months have no fixed length",
        "policy.idle-after, none, LULL_IDLE_AFTER, required",
        "policy.expire-after, PT0S, LULL_EXPIRE_AFTER, longer than zero",
        "policy.pending-expire-after, -PT5M, LULL_PENDING_EXPIRE_AFTER, not an ISO-8601 duration",
        "policy.max-age, P3654D, LULL_MAX_AGE, at most ten years",
        "tick, PT0.019S, LULL_TICK, PT0.02S",
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
        "home, '', LULL_HOME, a directory",
        "cluster.contact-points, 127.0.0.1, LULL_CONTACT_POINTS, host:port",
        "cluster.contact-points, 'a:1,b:x', LULL_CONTACT_POINTS, 'host:port, such as 127.0.0.1:8558'",
        "cluster.contact-points, K8s, LULL_CONTACT_POINTS, host:port",
        "cluster.required-contact-points, 0, LULL_REQUIRED_CONTACT_POINTS, from 1 to 100",
        "cluster.required-contact-points, 101, LULL_REQUIRED_CONTACT_POINTS, from 1 to 100",
        "cluster.required-contact-points, most, LULL_REQUIRED_CONTACT_POINTS, a whole number",
        "cluster.new-cluster, yes, LULL_NEW_CLUSTER, 'true, false'",
        "cluster.new-cluster, '', LULL_NEW_CLUSTER, 'true, false'",
        "cluster.service, Lull, LULL_SERVICE, a-z",
        "cluster.service, lull_eu, LULL_SERVICE, a-z",
        "cluster.service, -lull, LULL_SERVICE, a-z",
        "cluster.service, '', LULL_SERVICE, a-z",
        "cluster.service, a123456789b123456789c123456789d123456789e123456789f123456789g123, LULL_SERVICE, 1-63",
        "cluster.app-version, '', LULL_APP_VERSION, such as 1.4.0",
        "cluster.app-version, 1.4 final, LULL_APP_VERSION, such as 1.4.0",
        "drain, 5, LULL_DRAIN, PT5S",
        "drain, '', LULL_DRAIN, PT5S",
        "drain, -PT1S, LULL_DRAIN, PT0S to PT60S",
        "drain, PT60.001S, LULL_DRAIN, PT0S to PT60S"
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
        assertThat(with("tick", "PT0.02S").tick()).contains(Duration.ofMillis(20));
    }

    @ParameterizedTest
    @CsvSource({
        "cluster.contact-points, kubernetes",
        "cluster.contact-points, ' 127.0.0.1:8558, [::1]:8559 '",
        "cluster.required-contact-points, 1",
        "cluster.required-contact-points, 100",
        "cluster.new-cluster, false",
        "cluster.service, l",
        "cluster.service, lull-2",
        "cluster.service, a123456789b123456789c123456789d123456789e123456789f123456789g12",
        "cluster.app-version, 1.4.0-rc.1+build5",
        "cluster.app-version, 20261122"
    })
    void what_a_cluster_may_be_told_is_taken(String setting, String value) {
        assertThat(with(setting, value)).isNotNull();
    }

    @Test
    void the_formation_is_that_of_the_contact_points() {
        assertThat(with("cluster.contact-points", "kubernetes").formation()).isEqualTo(new Formation.Kubernetes());
        assertThat(with("cluster.contact-points", "127.0.0.1:8558").formation())
                .isEqualTo(new Formation.Listed(List.of(new Formation.ContactPoint("127.0.0.1", 8558))));
    }

    @Test
    void a_drain_is_from_nothing_to_a_minute() {
        assertThat(with("drain", "PT0S").drain()).isZero();
        assertThat(with("drain", "PT0.5S").drain()).isEqualTo(Duration.ofMillis(500));
        assertThat(with("drain", "PT1M").drain()).isEqualTo(Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @CsvSource({
        "cluster.required-contact-points, 3, akka.management.cluster.bootstrap.contact-point-discovery.required-contact-point-nr",
        "cluster.new-cluster, false, akka.management.cluster.bootstrap.new-cluster-enabled",
        "cluster.service, lull-eu, akka.management.cluster.bootstrap.contact-point-discovery.service-name",
        "cluster.app-version, 1.4.0, akka.cluster.app-version"
    })
    void what_is_said_of_the_cluster_is_what_akka_hears(String setting, String value, String akka) {
        System.setProperty("lull." + setting, value);
        try {
            ConfigFactory.invalidateCaches();
            assertThat(ConfigFactory.load().getString(akka)).isEqualTo(value);
        } finally {
            System.clearProperty("lull." + setting);
            ConfigFactory.invalidateCaches();
        }
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

package lull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import lull.Formation.Alone;
import lull.Formation.ContactPoint;
import lull.Formation.Kubernetes;
import lull.Formation.Listed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormationTest {

    private static final String BOOTSTRAP = "akka.management.cluster.bootstrap.";

    private static Config akka(Formation formation) {
        return formation.config().withFallback(ConfigFactory.load()).resolve();
    }

    @Test
    void nothing_said_is_a_cluster_of_one() {
        assertThat(Formation.parse("")).isEqualTo(new Alone());
        assertThat(new Alone().config().isEmpty()).isTrue();
    }

    @Test
    void addresses_are_read_in_their_order_with_or_without_blanks() {
        assertThat(Formation.parse("127.0.0.1:8558, lull-2.example:18558,[::1]:65535"))
                .isEqualTo(new Listed(List.of(
                        new ContactPoint("127.0.0.1", 8558),
                        new ContactPoint("lull-2.example", 18558),
                        new ContactPoint("[::1]", 65535))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.1:",
                ":8558",
                "127.0.0.1:http",
                "127.0.0.1:-1",
                "127.0.0.1:0",
                "127.0.0.1:65536",
                "127.0.0.1:123456",
                "::1:8558",
                "[::1]",
                "[lull]:8558",
                "http://127.0.0.1:8558",
                "127.0.0.1:8558/ready",
                "a b:8558",
                "Kubernetes",
            })
    void what_is_no_address_is_named_with_one_that_would_be(String text) {
        assertThatThrownBy(() -> Formation.parse("127.0.0.1:8558," + text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text + "\" is not of the form host:port, such as 127.0.0.1:8558");
    }

    @ParameterizedTest
    @ValueSource(strings = {",", "127.0.0.1:8558,", ",127.0.0.1:8558", "127.0.0.1:8558,,127.0.0.1:8559"})
    void an_address_left_out_is_noticed(String text) {
        assertThatThrownBy(() -> Formation.parse(text)).hasMessageStartingWith("\"\" is not of the form host:port");
    }

    @Test
    void listed_nodes_are_what_the_config_discovery_finds() {
        Config config = akka(Formation.parse("127.0.0.1:8558,[::1]:8559"));

        assertThat(config.getString(BOOTSTRAP + "contact-point-discovery.discovery-method"))
                .isEqualTo("config");
        String service = config.getString(BOOTSTRAP + "contact-point-discovery.service-name");
        assertThat(config.getConfigList("akka.discovery.config.services." + service + ".endpoints").stream()
                        .map(it -> it.getString("host") + " " + it.getInt("port")))
                .containsExactly("127.0.0.1 8558", "[::1] 8559");
        assertThat(config.getBoolean(BOOTSTRAP + "contact-point.filter-on-fallback-port"))
                .as("nodes of one machine differ in their ports only")
                .isFalse();
    }

    @Test
    void pods_are_asked_for_by_their_label_and_met_at_their_management_port() {
        assertThat(Formation.parse("kubernetes")).isEqualTo(new Kubernetes());
        Config config = akka(new Kubernetes());

        assertThat(config.getString(BOOTSTRAP + "contact-point-discovery.discovery-method"))
                .isEqualTo("kubernetes-api");
        assertThat(config.getString(BOOTSTRAP + "contact-point-discovery.service-name"))
                .isEqualTo("lull");
        assertThat(config.getString(BOOTSTRAP + "contact-point-discovery.port-name"))
                .isEqualTo("management");
        assertThat(config.getString("akka.discovery.kubernetes-api.pod-label-selector"))
                .isEqualTo("app=%s");
        assertThat(config.getString("akka.discovery.kubernetes-api.container-name"))
                .isEqualTo("lull");
        assertThat(config.getBoolean("akka.discovery.kubernetes-api.use-raw-ip"))
                .isTrue();
    }
}

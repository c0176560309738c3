package lull.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestsTest {

    @BeforeAll
    static void needsKubectl() {
        Kubectl.assume();
    }

    static Stream<Variant> variants() {
        return Variant.all();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void is_made_of_what_kubernetes_knows(Variant variant) {
        List<String> complaints = variant.rendered().objects().stream()
                .flatMap(it -> Model.complaints(it).stream())
                .toList();

        assertThat(complaints).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void keeps_every_rule(Variant variant) {
        Rendered rendered = variant.rendered();

        List<String> violations = Rule.all().stream()
                .flatMap(it -> it.violations(rendered).stream())
                .toList();

        assertThat(violations).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void has_what_the_overlay_and_its_components_promise(Variant variant) {
        Rendered rendered = variant.rendered();

        assertThat(rendered.find("CronJob", "lull-tick").isPresent())
                .isEqualTo(variant.components().contains("cronjob"));
        assertThat(rendered.find("HorizontalPodAutoscaler", "lull").isPresent())
                .isEqualTo(variant.components().contains("hpa"));
        assertThat(rendered.config().config().getBoolean("akka.management.cluster.bootstrap.new-cluster-enabled"))
                .isEqualTo(!variant.components().contains("join-only"));
        assertThat(rendered.find("StatefulSet", "lull-postgres").isPresent())
                .isEqualTo(variant.overlay().equals("dev"));
        assertThat(rendered.find("Secret", "lull-database").isPresent())
                .isEqualTo(variant.overlay().equals("dev"));
    }
}

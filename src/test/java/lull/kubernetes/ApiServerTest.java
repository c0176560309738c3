package lull.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real API server takes what is rendered, where there is one: kube-apiserver and etcd, in KUBEBUILDER_ASSETS or on the search path. */
class ApiServerTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path directory;

    private static ApiServer server;

    @TempDir
    private Path scratch;

    @BeforeAll
    static void start() throws Exception {
        List<String> missing = ApiServer.missing();
        if (!missing.isEmpty()) {
            System.err.println("SKIPPED: no API server takes the manifests in k8s/, as there is no " + missing
                    + " in KUBEBUILDER_ASSETS or on the search path");
        }
        assumeTrue(missing.isEmpty(), "there is no " + missing);
        server = ApiServer.start(directory);
        System.out.println("API server: " + server.kubectl("version").out().replaceAll("\\s*\\R\\s*", ", "));
    }

    @AfterAll
    static void stop() {
        Optional.ofNullable(server).ifPresent(ApiServer::close);
    }

    static Stream<Variant> variants() {
        return Variant.all();
    }

    /** Applied for good and not dry: so the namespace is there for what is in it, and each variant is also an upgrade from the one before. */
    @ParameterizedTest
    @MethodSource("variants")
    void takes_what_is_rendered(Variant variant) throws IOException {
        Path file = Files.writeString(scratch.resolve("rendered.yaml"), variant.yaml());

        Kubectl.Answer answer = server.kubectl(
                "apply", "--server-side", "--force-conflicts", "--validate=strict", "-f", file.toString());

        assertThat(answer.code()).as(answer.err()).isZero();
        assertThat(complaints(answer)).isEmpty();
        assertThat(answer.out().lines()).hasSameSizeAs(variant.rendered().objects());
    }

    /** A Deployment is taken with any pods; only the pods themselves are held to the namespace's level of security. */
    @ParameterizedTest
    @MethodSource("variants")
    void would_let_the_pods_run(Variant variant) throws IOException {
        takes_what_is_rendered(variant);
        for (Rendered.Workload workload : variant.rendered().workloads()) {
            Path file = Files.writeString(
                    scratch.resolve("pod.json"), pod(variant, workload).toString());
            // The controller of accounts, which makes one called default in every namespace, does not run here.
            server.kubectl("create", "serviceaccount", "default", "-n", namespace(variant));

            Kubectl.Answer answer =
                    server.kubectl("create", "--dry-run=server", "--validate=strict", "-f", file.toString());

            assertThat(answer.code()).as(workload.name() + ": " + answer.err()).isZero();
            assertThat(complaints(answer)).isEmpty();
        }
    }

    @Test
    void refuses_a_pod_that_is_not_restricted() throws IOException {
        Variant prod = new Variant("prod", List.of());
        takes_what_is_rendered(prod);
        ObjectNode pod = pod(prod, prod.rendered().nodes());
        pod.withObject("/spec/securityContext").put("runAsNonRoot", false);
        Path file = Files.writeString(scratch.resolve("pod.json"), pod.toString());

        Kubectl.Answer answer = server.kubectl("create", "--dry-run=server", "-f", file.toString());

        assertThat(answer.code()).isNotZero();
        assertThat(answer.err()).contains("violates PodSecurity \"restricted:latest\"");
    }

    @Test
    void lets_a_node_see_pods_and_nothing_else() throws IOException {
        takes_what_is_rendered(new Variant("prod", List.of()));

        assertThat(Stream.of("get pods", "list pods", "watch pods").filter(this::nodeMay))
                .hasSize(3);
        assertThat(Stream.of("delete pods", "create pods", "get secrets", "list configmaps", "get nodes")
                        .filter(this::nodeMay))
                .isEmpty();
    }

    private boolean nodeMay(String request) {
        String[] words = request.split(" ");
        return server.kubectl("auth", "can-i", words[0], words[1], "-n", "lull", "--as=system:serviceaccount:lull:lull")
                        .code()
                == 0;
    }

    private static ObjectNode pod(Variant variant, Rendered.Workload workload) {
        ObjectNode pod = workload.template().deepCopy();
        pod.put("apiVersion", "v1").put("kind", "Pod");
        pod.withObject("/metadata").put("name", workload.name()).put("namespace", namespace(variant));
        ObjectNode spec = pod.withObject("/spec");
        // What a StatefulSet adds to its pods.
        variant.rendered()
                .get(workload.kind(), workload.name())
                .at("/spec/volumeClaimTemplates")
                .forEach(it -> spec.withArray("volumes")
                        .add(JSON.createObjectNode()
                                .put("name", it.at("/metadata/name").asText())
                                .set(
                                        "persistentVolumeClaim",
                                        JSON.createObjectNode().put("claimName", "data-0"))));
        return pod;
    }

    private static String namespace(Variant variant) {
        return variant.rendered()
                .of("Namespace")
                .findFirst()
                .orElseThrow()
                .at("/metadata/name")
                .asText();
    }

    /** Warnings, but for the one that client and server are of different age. */
    private static List<String> complaints(Kubectl.Answer answer) {
        return answer.err()
                .lines()
                .filter(it -> !it.contains("version difference between client"))
                .toList();
    }
}

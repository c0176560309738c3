package lull.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real API server of Kubernetes on loopback, with an etcd of its own, in a directory of its own. No machine, so no pod ever runs. */
final class ApiServer implements AutoCloseable {

    /** Where they are looked for first, as by other tools that do the same. */
    private static final String ASSETS = "KUBEBUILDER_ASSETS";

    private static final String TOKEN = "for-the-test";

    private final List<Process> processes = new ArrayList<>();
    private final Path directory;
    private final String url;

    private ApiServer(Path directory, String url) {
        this.directory = directory;
        this.url = url;
    }

    /** The programs that are needed and not there. */
    static List<String> missing() {
        return Stream.of("kubectl", "etcd", "kube-apiserver")
                .filter(it -> Kubectl.program(it, ASSETS).isEmpty())
                .toList();
    }

    static ApiServer start(Path directory) throws IOException, GeneralSecurityException {
        int etcdPort = freePort();
        int peerPort = freePort();
        int port = freePort();
        ApiServer server = new ApiServer(directory, "https://127.0.0.1:" + port);
        try {
            String etcd = "http://127.0.0.1:" + etcdPort;
            String peer = "http://127.0.0.1:" + peerPort;
            server.run(
                    "etcd",
                    "--data-dir=" + directory.resolve("etcd-data"),
                    "--listen-client-urls=" + etcd,
                    "--advertise-client-urls=" + etcd,
                    "--listen-peer-urls=" + peer,
                    "--initial-advertise-peer-urls=" + peer,
                    "--initial-cluster=default=" + peer,
                    "--unsafe-no-fsync");
            Path key = Files.writeString(directory.resolve("accounts.key"), privateKey());
            Path tokens = Files.writeString(directory.resolve("tokens.csv"), TOKEN + ",tester,tester,system:masters\n");
            server.run(
                    "kube-apiserver",
                    "--etcd-servers=" + etcd,
                    "--bind-address=127.0.0.1",
                    "--advertise-address=127.0.0.1",
                    "--secure-port=" + port,
                    "--cert-dir=" + directory.resolve("certificates"),
                    "--service-cluster-ip-range=10.0.0.0/24",
                    "--service-account-issuer=https://127.0.0.1",
                    "--service-account-key-file=" + key,
                    "--service-account-signing-key-file=" + key,
                    "--authorization-mode=RBAC",
                    "--token-auth-file=" + tokens,
                    "--endpoint-reconciler-type=none");
            Awaitility.await("the API server is ready")
                    .atMost(Duration.ofSeconds(120))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> server.kubectl("get", "--raw", "/readyz").code() == 0
                            && server.kubectl("get", "serviceaccounts").code() == 0);
            return server;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    Kubectl.Answer kubectl(String... arguments) {
        Stream<String> own = Stream.of(
                "--kubeconfig=/dev/null",
                "--server=" + url,
                "--token=" + TOKEN,
                "--insecure-skip-tls-verify",
                "--cache-dir=" + directory.resolve("cache"),
                "--request-timeout=30s");
        return Kubectl.run(Stream.concat(own, Stream.of(arguments)).toArray(String[]::new));
    }

    private void run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Kubectl.program(program, ASSETS).orElseThrow().toString()));
        command.addAll(List.of(arguments));
        processes.add(
                0,
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve(program + ".log").toFile())
                        .start());
    }

    /** What signs the tokens of service accounts. */
    private static String privateKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        byte[] encoded = generator.generateKeyPair().getPrivate().getEncoded();
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n";
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (Process it : processes) {
            it.destroy();
            try {
                if (!it.waitFor(10, TimeUnit.SECONDS)) {
                    it.destroyForcibly();
                }
            } catch (InterruptedException e) {
                it.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}

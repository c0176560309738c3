package lull.acceptance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * As much of the API server of Kubernetes as a node asks it: the pods of one namespace that a label selects, over HTTPS, for those whose
 * token may list them. It answers with Kubernetes' own objects, and refuses what it does not know, so that nothing passes by accident.
 */
final class ApiServer implements AutoCloseable {

    private static final String NAMESPACE = "talk";
    private static final String PODS = "/api/v1/namespaces/" + NAMESPACE + "/pods";
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Path certificate;
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final Map<String, Pod> pods = new ConcurrentHashMap<>();
    private final List<Lookup> lookups = new CopyOnWriteArrayList<>();

    /** Whose token it is, and whether a role lets him list pods. */
    private record Account(String name, boolean mayListPods) {}

    /** A request for pods. */
    record Lookup(String account, String selector, int status) {}

    /** @param directory for its certificate and the tokens */
    ApiServer(Path directory) throws IOException, GeneralSecurityException {
        this.directory = Files.createDirectories(directory);
        this.certificate = directory.resolve("ca.crt");
        Path keys = directory.resolve("server.p12");
        makeCertificate(keys);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context(keys)));
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** It is its own authority. Clients check that it is for the address that they use. */
    private void makeCertificate(Path keys) throws IOException {
        List<String> store = List.of(
                "-alias",
                "api",
                "-storetype",
                "PKCS12",
                "-keystore",
                keys.toString(),
                "-storepass",
                new String(PASSWORD));
        keytool(
                store,
                "-genkeypair",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-validity",
                "2",
                "-dname",
                "CN=kube-apiserver",
                "-ext",
                "SAN=IP:127.0.0.1,DNS:kubernetes.default.svc");
        keytool(store, "-exportcert", "-rfc", "-file", certificate.toString());
    }

    private static void keytool(List<String> store, String... arguments) throws IOException {
        String program =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(Stream.of(Stream.of(program), Stream.of(arguments), store.stream())
                        .flatMap(it -> it)
                        .toList())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException("keytool: " + said);
        }
    }

    private static SSLContext context(Path keys) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    /** What is in the environment of every pod. */
    Map<String, String> environment() {
        return Map.of(
                "KUBERNETES_SERVICE_HOST",
                "127.0.0.1",
                "KUBERNETES_SERVICE_PORT",
                Integer.toString(server.getAddress().getPort()));
    }

    /** Options for the JVM of a pod, in place of the files of its service account that Kubernetes would put under {@code /var/run}. */
    List<String> account(String name, boolean mayListPods) throws IOException {
        String token = UUID.randomUUID().toString();
        accounts.put(token, new Account(name, mayListPods));
        Path file = Files.writeString(directory.resolve(name + ".token"), token);
        String discovery = "-Dakka.discovery.kubernetes-api.";
        return List.of(
                discovery + "api-ca-path=" + certificate.toAbsolutePath(),
                discovery + "api-token-path=" + file.toAbsolutePath(),
                discovery + "pod-namespace=" + NAMESPACE);
    }

    /** From now on the pod is as it is here. */
    void put(Pod pod) {
        pods.put(pod.getMetadata().getName(), pod);
    }

    /** What an account has asked so far. */
    List<Lookup> lookups(String account) {
        return lookups.stream().filter(it -> it.account.equals(account)).toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Optional<Account> account = Optional.ofNullable(
                            exchange.getRequestHeaders().getFirst("Authorization"))
                    .filter(it -> it.startsWith("Bearer "))
                    .map(it -> accounts.get(it.substring("Bearer ".length())));
            Map<String, String> query = query(exchange.getRequestURI());
            String selector = query.getOrDefault("labelSelector", "");
            if (account.isEmpty()) {
                refuse(exchange, 401, "Unauthorized", "Unauthorized");
            } else if (!exchange.getRequestMethod().equals("GET")
                    || !exchange.getRequestURI().getPath().equals(PODS)
                    || !query.keySet().equals(java.util.Set.of("labelSelector"))) {
                refuse(exchange, 400, "BadRequest", "unknown here: " + exchange.getRequestURI());
            } else if (!account.get().mayListPods) {
                lookups.add(new Lookup(account.get().name, selector, 403));
                refuse(
                        exchange,
                        403,
                        "Forbidden",
                        "pods is forbidden: User \"system:serviceaccount:" + NAMESPACE + ":" + account.get().name
                                + "\" cannot list resource \"pods\" in API group \"\" in the namespace \"" + NAMESPACE
                                + "\"");
            } else {
                lookups.add(new Lookup(account.get().name, selector, 200));
                send(exchange, 200, list(selector));
            }
        }
    }

    private Object list(String selector) {
        return new PodListBuilder()
                .withNewMetadata()
                .withResourceVersion(Integer.toString(lookups.size()))
                .endMetadata()
                .withItems(pods.values().stream()
                        .filter(it -> Stream.of(selector.split(",")).allMatch(term -> matches(it, term)))
                        .toList())
                .build();
    }

    /** Equality, the only kind of selector that is asked here. */
    private static boolean matches(Pod pod, String term) {
        String[] sides = term.split("=", 2);
        return sides[1].equals(pod.getMetadata().getLabels().get(sides[0]));
    }

    private static Map<String, String> query(URI uri) {
        return Stream.ofNullable(uri.getRawQuery())
                .flatMap(it -> Stream.of(it.split("&")))
                .map(it -> it.split("=", 2))
                .collect(Collectors.toMap(it -> it[0], it -> URLDecoder.decode(it[1], StandardCharsets.UTF_8)));
    }

    private static void refuse(HttpExchange exchange, int code, String reason, String message) throws IOException {
        send(
                exchange,
                code,
                new StatusBuilder()
                        .withStatus("Failure")
                        .withCode(code)
                        .withReason(reason)
                        .withMessage(message)
                        .build());
    }

    private static void send(HttpExchange exchange, int code, Object body) throws IOException {
        byte[] json = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, json.length);
        exchange.getResponseBody().write(json);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

package lull.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An overlay with some of the components, as somebody would write it. */
record Variant(String overlay, List<String> components) {

    private static final Path SOURCE = Path.of("k8s");
    private static final String NO_COMPONENTS = "components: []";
    private static final Map<Variant, String> RENDERED = new ConcurrentHashMap<>();

    /** Every overlay, bare, with each component, and with all of them. */
    static Stream<Variant> all() {
        List<String> optional = List.of("cronjob", "hpa", "join-only");
        return Stream.of("dev", "prod")
                .flatMap(overlay -> Stream.concat(
                                Stream.of(List.<String>of(), optional),
                                optional.stream().map(List::of))
                        .map(components -> new Variant(overlay, components)));
    }

    static Variant full(String overlay) {
        return new Variant(overlay, List.of("cronjob", "hpa", "join-only"));
    }

    Rendered rendered() {
        return Rendered.parse(yaml());
    }

    String yaml() {
        return RENDERED.computeIfAbsent(this, Variant::render);
    }

    private String render() {
        if (components.isEmpty()) {
            return Kubectl.kustomize(SOURCE.resolve("overlays").resolve(overlay));
        }
        try {
            Path copy = Files.createTempDirectory("k8s");
            try {
                copyTo(copy);
                Path file = copy.resolve("overlays").resolve(overlay).resolve("kustomization.yaml");
                String text = Files.readString(file);
                if (!text.contains(NO_COMPONENTS)) {
                    throw new AssertionError(file + " has no line " + NO_COMPONENTS);
                }
                String list =
                        components.stream().map(it -> "../../components/" + it).collect(Collectors.joining(", "));
                Files.writeString(file, text.replace(NO_COMPONENTS, "components: [" + list + "]"));
                return Kubectl.kustomize(file.getParent());
            } finally {
                delete(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copyTo(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(SOURCE)) {
            for (Path file : files.toList()) {
                Path to = target.resolve(SOURCE.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public String toString() {
        return components.isEmpty() ? overlay : overlay + " with " + String.join(", ", components);
    }
}

package lull.kubernetes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program {@code kubectl} of this machine. */
final class Kubectl {

    private Kubectl() {}

    /** What it printed: its exit code, its output, and its complaints. */
    record Answer(int code, String out, String err) {}

    /** A program of the search path, or of the directory that a variable names. */
    static Optional<Path> program(String name, String directoryVariable) {
        String directories =
                System.getenv().getOrDefault(directoryVariable, "") + File.pathSeparator + System.getenv("PATH");
        return Stream.of(directories.split(File.pathSeparator))
                .filter(it -> !it.isBlank())
                .map(it -> Path.of(it, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Skips the test that calls it, and says so, where there is none. */
    static void assume() {
        boolean there = program("kubectl", "KUBEBUILDER_ASSETS").isPresent();
        if (!there) {
            System.err.println(
                    "SKIPPED: the manifests in k8s/ are not tested, as there is no kubectl on the search path");
        }
        assumeTrue(there, "no kubectl on the search path");
    }

    static String kustomize(Path directory) {
        Answer answer = run("kustomize", directory.toString());
        if (answer.code() != 0) {
            throw new AssertionError("kubectl kustomize " + directory + ": " + answer.err());
        }
        return answer.out();
    }

    static Answer run(String... arguments) {
        try {
            Path out = Files.createTempFile("kubectl", ".out");
            Path err = Files.createTempFile("kubectl", ".err");
            try {
                Path program = program("kubectl", "KUBEBUILDER_ASSETS").orElseThrow();
                Process process = new ProcessBuilder(Stream.concat(Stream.of(program.toString()), Stream.of(arguments))
                                .toList())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(60, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("kubectl does not end: " + List.of(arguments));
                }
                return new Answer(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

package lull.database;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's programs in a clean environment. They refuse to work as root; there they run in a user namespace of
 * their own without any mapping, in which they see themselves as "nobody", while the files that they write stay root's.
 */
final class Programs {

    private static final String WAY_OUT =
            "Run Lull as an ordinary user, or give it a PostgreSQL server with LULL_JDBC_URL";

    private final List<String> prefix;

    private Programs(List<String> prefix) {
        this.prefix = prefix;
    }

    /** @throws DatabaseException as root, where user namespaces are missing or forbidden */
    static Programs forUser(boolean root) {
        if (!root) {
            return new Programs(List.of());
        }
        Programs programs = new Programs(List.of("unshare", "-U"));
        Result probe;
        try {
            probe = programs.tryRun("", Duration.ofSeconds(10), List.of("true"));
        } catch (IOException e) {
            throw new DatabaseException(
                    "PostgreSQL does not run as root, and the program unshare, which would help, is missing. "
                            + WAY_OUT);
        }
        if (probe.status() != 0) {
            throw new DatabaseException(
                    "PostgreSQL does not run as root, and this machine forbids the user namespace that would help ("
                            + probe.output().strip() + "). " + WAY_OUT);
        }
        return programs;
    }

    record Result(int status, String output) {}

    /**
     * Runs one program to its end.
     *
     * @return what it printed
     * @throws DatabaseException if it fails or takes too long
     */
    String run(String input, Duration limit, List<String> command) {
        Result result;
        try {
            result = tryRun(input, limit, command);
        } catch (IOException e) {
            throw new DatabaseException("PostgreSQL's " + name(command) + " cannot be run on this machine: "
                    + e.getMessage() + ". " + WAY_OUT);
        }
        if (result.status() != 0) {
            throw new DatabaseException("PostgreSQL's " + name(command) + " failed (" + result.status() + "): "
                    + result.output().strip());
        }
        return result.output();
    }

    private static String name(List<String> command) {
        return Path.of(command.get(0)).getFileName().toString();
    }

    /** As {@link #run}, but failing is an answer, too. A program that takes too long is ended and counts as failed. */
    Result tryRun(String input, Duration limit, List<String> command) throws IOException {
        // Files, not pipes: a pipe that a grandchild holds open would keep us reading after the program has ended.
        Path output = Files.createTempFile("lull-", ".out");
        try {
            Process process = builder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading everything; its status and output tell why.
            }
            if (!waitFor(process, limit)) {
                process.destroyForcibly();
                return new Result(-1, "no end after " + limit.toSeconds() + " s. " + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output));
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** A program that is not waited for. */
    ProcessBuilder builder(List<String> command) {
        List<String> whole = new ArrayList<>(prefix);
        whole.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(whole).directory(new File("/"));
        // PGDATA, PGPORT, PGOPTIONS and their like would steer the programs elsewhere; a locale that is not installed
        // stops initdb.
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("PG") || name.startsWith("LC_") || name.equals("LANG"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    /** Waits through interrupts: an interrupted stop must still leave a server that has stopped. */
    static boolean waitFor(Process process, Duration limit) {
        boolean interrupted = false;
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (true) {
                try {
                    return process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

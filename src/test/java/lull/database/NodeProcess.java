package lull.database;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A node in a process of its own, so that it can be killed: it starts or joins the database, adds a row and stays. It
 * adds another one for each line that it is sent, and ends as a node does when it is told to.
 */
final class NodeProcess {

    private final Process process;
    private final BufferedReader said;
    private long serverPid;
    private int rows;

    private NodeProcess(Process process) {
        this.process = process;
        this.said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Alone in its home. */
    static NodeProcess start(Path home) throws IOException {
        return begin(List.of(), home, "start").awaitReady();
    }

    /** With others in its home. */
    static NodeProcess share(Path home) throws IOException {
        return beginSharing(home).awaitReady();
    }

    /** As {@link #share}, but it may not be ready yet. */
    static NodeProcess beginSharing(Path home) throws IOException {
        return begin(List.of(), home, "share");
    }

    /** As {@link #share}, as the first of a group of processes. */
    static NodeProcess shareInGroup(Path home) throws IOException {
        return begin(List.of("setsid"), home, "share").awaitReady();
    }

    /** What the kernel may make of a node that is ending: it is still in the lock, and not on the life line any more. */
    static NodeProcess linger(Path home) throws IOException {
        return begin(List.of(), home, "linger").awaitReady();
    }

    private static NodeProcess begin(List<String> prefix, Path home, String how) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NodeProcess.class.getName(),
                home.toString(),
                how));
        return new NodeProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    NodeProcess awaitReady() throws IOException {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith("READY ")) {
                String[] words = line.split(" ");
                serverPid = Long.parseLong(words[1]);
                rows = Integer.parseInt(words[2]);
                return this;
            }
            if (line.startsWith("REFUSED ")) {
                throw new DatabaseException(line.substring("REFUSED ".length()));
            }
        }
        throw new IllegalStateException(
                "the node ended before it was ready: " + process.onExit().join().exitValue());
    }

    /** Says how many rows there are now. */
    int addRow() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith("ROWS ")) {
                return Integer.parseInt(line.substring("ROWS ".length()));
            }
        }
        throw new IllegalStateException("the node cannot add a row");
    }

    /** kill -9. */
    void kill() {
        beginKill();
        process.onExit().join();
    }

    /** As {@link #kill}, but it may not be gone yet. */
    void beginKill() {
        process.destroyForcibly();
    }

    /** SIGTERM, and waits for the end. */
    void stop() {
        beginStop();
        process.onExit().join();
    }

    void beginStop() {
        process.destroy();
    }

    long pid() {
        return process.pid();
    }

    long serverPid() {
        return serverPid;
    }

    /** How many nodes have written to this home, this one included. */
    int rows() {
        return rows;
    }

    /** The process that is to stop the server when the node ends. */
    ProcessHandle keeper() {
        return process.children().findFirst().orElseThrow();
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        if (arguments[1].equals("linger")) {
            stayInTheLock(home);
            return;
        }
        EmbeddedPostgres server;
        try {
            server = arguments[1].equals("share") ? EmbeddedPostgres.share(home) : EmbeddedPostgres.start(home);
        } catch (DatabaseException e) {
            System.out.println("REFUSED " + e.getMessage());
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println("READY " + server.pid() + " " + EmbeddedPostgresTest.addRow(server));
        while (System.in.read() != -1) {
            System.out.println("ROWS " + EmbeddedPostgresTest.addRow(server));
        }
    }

    private static void stayInTheLock(Path home) throws IOException {
        Home used = Home.enter(home);
        used.stay();
        System.out.println("READY " + ProcessHandle.current().pid() + " 0");
        while (System.in.read() != -1) {
            System.out.println("ROWS 0");
        }
        used.close();
    }
}

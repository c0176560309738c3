package lull.database;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A node in a process of its own, so that it can be killed: it starts the database, adds a row and stays. */
final class NodeProcess {

    private final Process process;
    private final long serverPid;
    private final int rows;

    private NodeProcess(Process process, long serverPid, int rows) {
        this.process = process;
        this.serverPid = serverPid;
        this.rows = rows;
    }

    static NodeProcess start(Path home) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NodeProcess.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith("READY ")) {
                String[] words = line.split(" ");
                return new NodeProcess(process, Long.parseLong(words[1]), Integer.parseInt(words[2]));
            }
            if (line.startsWith("REFUSED ")) {
                throw new DatabaseException(line.substring("REFUSED ".length()));
            }
        }
        throw new IllegalStateException("the node ended before it was ready: " + process.exitValue());
    }

    /** kill -9. */
    void kill() {
        process.destroyForcibly().onExit().join();
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
        try {
            EmbeddedPostgres server = EmbeddedPostgres.start(Path.of(arguments[0]));
            System.out.println("READY " + server.pid() + " " + EmbeddedPostgresTest.addRow(server));
            new CountDownLatch(1).await();
        } catch (DatabaseException e) {
            System.out.println("REFUSED " + e.getMessage());
        }
    }
}

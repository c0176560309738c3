package lull.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A {@link LoadClient} in a process of its own, kept so that it is warm when it counts. */
final class ClientProcess implements AutoCloseable {

    /** @param cpuNanos what the client itself has used */
    record Sent(long nanos, long cpuNanos) {}

    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;

    private ClientProcess(Process process) {
        this.process = process;
        this.orders = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static ClientProcess start() throws IOException {
        return new ClientProcess(new ProcessBuilder(List.of(
                        NodeProcess.jdk("java"),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoadClient.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** @param how {@code single} or {@code stream} */
    Sent send(String how, int port, int width, String prefix, int messages, int conversations, long seed) {
        try {
            orders.write(String.join(
                    " ",
                    how,
                    Integer.toString(port),
                    Integer.toString(width),
                    prefix,
                    Integer.toString(messages),
                    Integer.toString(conversations),
                    Long.toString(seed) + "\n"));
            orders.flush();
            String answer = answers.readLine();
            WrongCount.unless(answer != null && answer.startsWith("done "), "the HTTP client: " + answer);
            String[] words = answer.split(" ");
            return new Sent(Long.parseLong(words[1]), Long.parseLong(words[2]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}

package lull.tools;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lull tick}: what a cron of somebody else's calls. */
@Command(
        name = "tick",
        description = {
            "Tells a node that time has come: everything due is advanced. Prints the answer.",
            "A cron that calls it is the clock of nodes that do not tick themselves (LULL_TICK=off). Fails if there is no "
                    + "answer, or if a conversation could not be advanced; the next tick makes up for it."
        })
public final class TickCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            converter = Converters.NodeUrlConverter.class,
            description = "The HTTP port of a node, or of what stands before the nodes. Default: ${DEFAULT-VALUE}")
    private URI url;

    @Option(
            names = "--give-up-after",
            paramLabel = "DURATION",
            defaultValue = "PT2M",
            converter = Converters.DurationConverter.class,
            description = "Until then it is tried again if there is no answer. Default: ${DEFAULT-VALUE}")
    private Duration giveUpAfter;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Node.Ticked ticked;
        try {
            ticked = tick(new Node(url));
        } catch (Node.Refused e) {
            throw new IOException("the node refused the tick: " + e.getMessage(), e);
        }
        spec.commandLine().getOut().println(ticked.answer());
        spec.commandLine().getOut().flush();
        if (ticked.failed() > 0) {
            throw new IOException(ticked.failed() + " conversations could not be advanced");
        }
        return 0;
    }

    private Node.Ticked tick(Node node) throws IOException, Node.Refused, InterruptedException {
        long end = System.nanoTime() + giveUpAfter.toNanos();
        IOException reason = null;
        for (int failures = 1; ; failures++) {
            try {
                return node.tickNow(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            } catch (IOException e) {
                Optional<Duration> retryAfter =
                        e instanceof Node.Unavailable unavailable ? unavailable.retryAfter() : Optional.empty();
                // A try that our own limit has cut short says less than the one before it.
                reason = reason != null && e instanceof HttpTimeoutException ? reason : e;
                Duration pause = Backoff.DEFAULT.delay(failures, retryAfter);
                if (end - System.nanoTime() <= pause.toNanos()) {
                    throw new IOException(
                            "no answer to the tick within " + giveUpAfter + ": " + Retries.describe(reason), reason);
                }
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            }
        }
    }
}

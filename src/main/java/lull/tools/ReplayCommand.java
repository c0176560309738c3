package lull.tools;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lull replay}. */
@Command(
        name = "replay",
        description = {
            "Sends a recorded stream of messages to a node, and writes the transitions that it caused.",
            "The node must run by the external clock (LULL_CLOCK=external): replay moves its time. It goes through "
                    + "restarts of the node."
        })
public final class ReplayCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            converter = Converters.NodeUrlConverter.class,
            description = "The node's HTTP port. Default: ${DEFAULT-VALUE}")
    private URI url;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "32",
            description = "Requests under way at once, 1 to " + Replay.MOST_IN_FLIGHT
                    + "; each conversation keeps its order. Default: ${DEFAULT-VALUE}")
    private int inFlight;

    @Option(
            names = "--tick-every",
            paramLabel = "K",
            defaultValue = "500",
            description = "Lines after which time is moved; 0 for only at the end. Default: ${DEFAULT-VALUE}")
    private int tickEvery;

    @Option(
            names = "--horizon",
            paramLabel = "INSTANT|max",
            defaultValue = "max",
            converter = Converters.HorizonConverter.class,
            description = "Where time ends: lines after it are left out, deadlines until it fire. max: all of them. "
                    + "Default: ${DEFAULT-VALUE}")
    private Converters.Horizon horizon;

    @Option(
            names = "--give-up-after",
            paramLabel = "DURATION",
            defaultValue = "PT5M",
            converter = Converters.DurationConverter.class,
            description = "Fail after so long without any progress. Default: ${DEFAULT-VALUE}")
    private Duration giveUpAfter;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "Where to write the transitions, as JSON Lines")
    private Path out;

    @Parameters(
            index = "0",
            paramLabel = "INPUT",
            description =
                    "JSON Lines: conversation, messageId, at, direction, and optionally from; or, with type close: "
                            + "conversation, at, and optionally messageId, by, reason")
    private Path input;

    @Override
    public Integer call() throws Exception {
        if (!Files.isRegularFile(input)) {
            throw wrong("no such file: " + input);
        }
        if (Files.exists(out) && Files.isSameFile(input, out)) {
            throw wrong("--out is the input itself: " + out);
        }
        Replay.Options options;
        try {
            options = new Replay.Options(input, out, url, inFlight, tickEvery, horizon.at(), giveUpAfter);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
        PrintWriter err = spec.commandLine().getErr();
        Replay.Summary summary = new Replay(options, line -> println(err, line)).run();
        println(err, summary.toString());
        return 0;
    }

    private static void println(PrintWriter out, String line) {
        out.println("replay: " + line);
        out.flush();
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}

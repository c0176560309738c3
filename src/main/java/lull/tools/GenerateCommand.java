package lull.tools;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lull generate}. */
@Command(
        name = "generate",
        description = {
            "Makes up a realistic stream of conversations, for replay.",
            "The same arguments give the same file, byte for byte."
        })
public final class GenerateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--conversations",
            paramLabel = "N",
            defaultValue = "400",
            description = "Default: ${DEFAULT-VALUE}")
    private int conversations;

    @Option(
            names = "--messages",
            paramLabel = "N",
            defaultValue = "4000",
            description = "Lines in all, repetitions and closings included. Default: ${DEFAULT-VALUE}")
    private long messages;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Another seed, another stream. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--start",
            paramLabel = "INSTANT",
            defaultValue = "2026-01-05T00:00:00Z",
            converter = Converters.InstantConverter.class,
            description = "When the stream begins. Default: ${DEFAULT-VALUE}")
    private Instant start;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "Where to write the stream, as JSON Lines")
    private Path out;

    @Override
    public Integer call() throws IOException {
        Streams.Shape shape;
        try {
            shape = new Streams.Shape(conversations, messages, seed, start);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        try (CompleteFile file = new CompleteFile(out)) {
            Streams.of(shape).forEachOrdered(line -> file.add(line.json()));
            file.complete();
        }
        spec.commandLine()
                .getErr()
                .println(String.format(
                        Locale.ROOT, "generate: %,d lines of %,d conversations in %s", messages, conversations, out));
        return 0;
    }
}

package lull;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lull.database.DatabaseException;
import lull.tools.GenerateCommand;
import lull.tools.ReplayCommand;
import lull.tools.TickCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line: one program with subcommands. Exit codes are 0 for done, 1 for failed and 2 for a command line that is not understood;
 * an error is one line on the error output.
 */
@Command(
        name = "lull",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Conversation lifecycle service: messages in, \"idle\" and \"expired\" out.",
        synopsisSubcommandLabel = "[node|replay|generate|tick|migrate|bench]")
public final class Commands {

    /** What runs if no subcommand is named. */
    private static final String DEFAULT = "node";

    private static final List<String> OF_THE_PROGRAM = List.of("-h", "--help", "-V", "--version");

    private Commands() {}

    /**
     * The command line with the tools and the given subcommands.
     *
     * @param others name of a subcommand → its picocli command; {@code node} is run when none is named
     */
    static CommandLine with(Map<String, Object> others) {
        CommandLine all = new CommandLine(new Commands());
        others.forEach(all::addSubcommand);
        all.addSubcommand("replay", new ReplayCommand());
        all.addSubcommand("generate", new GenerateCommand());
        all.addSubcommand("tick", new TickCommand());
        all.setParameterExceptionHandler((e, args) -> explain(e));
        all.setExecutionExceptionHandler((e, command, parsed) -> {
            fail(command, e);
            return command.getCommandSpec().exitCodeOnExecutionException();
        });
        return all;
    }

    /** Runs a command line and gives the exit code. */
    static int run(CommandLine commands, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        boolean unnamed = all.isEmpty() || all.get(0).startsWith("-") && !OF_THE_PROGRAM.contains(all.get(0));
        if (unnamed) {
            all.add(0, DEFAULT);
        }
        return commands.execute(all.toArray(String[]::new));
    }

    private static int explain(ParameterException thrown) {
        CommandLine command = thrown.getCommandLine();
        ParameterException e = mistyped(command).orElse(thrown);
        StringBuilder text = new StringBuilder(oneLine(e.getMessage()));
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            text.append(". Did you mean ")
                    .append(String.join(" or ", unmatched.getSuggestions()))
                    .append('?');
        }
        print(command, text + " (see '" + command.getCommandSpec().qualifiedName() + " --help')");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** A mistyped option explains more than the required one that is missing for it. */
    private static Optional<ParameterException> mistyped(CommandLine command) {
        return command.getUnmatchedArguments().stream()
                .filter(it -> it.startsWith("-"))
                .findFirst()
                .map(it -> new UnmatchedArgumentException(command, List.of(it)));
    }

    private static void fail(CommandLine command, Exception e) {
        String message = Optional.ofNullable(e.getMessage()).orElse("");
        if (e instanceof NoSuchFileException) {
            message = "no such file or directory: " + message;
        } else if (e instanceof FileSystemException) {
            message = "cannot use the file " + message;
        } else if (e instanceof InterruptedException) {
            message = "interrupted";
        } else if (e instanceof Settings.InvalidException || e instanceof DatabaseException) {
            message = oneLine(message);
        } else if (message.isBlank() || e instanceof RuntimeException && !(e instanceof UncheckedIOException)) {
            message = e.getClass().getSimpleName() + ": " + message;
        }
        print(command, oneLine(message));
    }

    private static void print(CommandLine command, String message) {
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + message);
        err.flush();
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}

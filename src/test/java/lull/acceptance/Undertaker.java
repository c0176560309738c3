package lull.acceptance;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Ends what the tests have started when their JVM ends, kill -9 included: a shell that is told of every process, and
 * reads until the kernel closes its pipe with the JVM.
 */
public final class Undertaker {

    private static final String SHELL = """
            trap '' INT TERM HUP QUIT PIPE
            alive=' '
            while read -r what pid; do
              case $what in
                started) alive="$alive$pid " ;;
                ended) case $alive in *" $pid "*) alive="${alive%% $pid *} ${alive#* $pid }" ;; esac ;;
              esac
            done
            for pid in $alive; do kill -9 "$pid" 2>/dev/null; done
            """;

    private static final OutputStream NEWS = start();

    private Undertaker() {}

    private static OutputStream start() {
        try {
            return new ProcessBuilder("sh", "-c", SHELL)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a process that will not outlive this JVM. */
    public static Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        long pid = process.pid();
        started(pid);
        process.onExit().thenRun(() -> ended(pid));
        return process;
    }

    /** A process that is not our child, such as one that stands still and could not end with its parent. */
    static void started(long pid) {
        tell("started " + pid);
    }

    static void ended(long pid) {
        tell("ended " + pid);
    }

    private static synchronized void tell(String news) {
        try {
            NEWS.write((news + "\n").getBytes(StandardCharsets.US_ASCII));
            NEWS.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

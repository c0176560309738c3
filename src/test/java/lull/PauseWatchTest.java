package lull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that really stand still; with a shorter limit than a node has, as it changes nothing but the time. */
class PauseWatchTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration LONG = LIMIT.multipliedBy(2);
    private static final Duration SHORT = LIMIT.dividedBy(4);
    private static final int ASKERS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();

    /** Asks from several threads whether the database is closed to it, and says so after each pause that a thread has noticed itself. */
    static final class Watched {
        public static void main(String[] arguments) throws InterruptedException {
            PauseWatch watch = PauseWatch.start(LIMIT);
            boolean others = arguments[0].equals("others");
            watch.inCluster(() -> others);
            CountDownLatch never = new CountDownLatch(1);
            IntStream.range(0, ASKERS).forEach(it -> new Thread(() -> ask(watch)).start());
            System.out.println("watching");
            never.await();
        }

        private static void ask(PauseWatch watch) {
            long last = System.nanoTime();
            while (true) {
                long now = System.nanoTime();
                if (now - last > LONG.toNanos() * 3 / 4) {
                    System.out.println(watch.stoodStill() ? "closed" : "open");
                }
                last = now;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
    }

    @AfterEach
    void end() {
        processes.forEach(it -> it.destroyForcibly().onExit().join());
    }

    private Path output() {
        return directory.resolve("out");
    }

    private Process start(String company) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Watched.class.getName(),
                        company)
                .redirectErrorStream(true)
                .redirectOutput(output().toFile())
                .start();
        processes.add(process);
        await("the process runs")
                .atMost(PATIENCE)
                .until(() -> Files.readString(output()).contains("watching"));
        return process;
    }

    private static void standStill(Process process, Duration time) throws IOException {
        signal("STOP", process);
        await("its pause").pollDelay(time).atMost(time.plus(PATIENCE)).until(() -> true);
        signal("CONT", process);
    }

    private static void signal(String name, Process process) throws IOException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .onExit()
                .join();
    }

    private String said() throws IOException {
        return Files.readString(output());
    }

    @Test
    void a_node_with_others_ends_itself_after_a_long_pause_and_is_closed_from_its_first_instant() throws Exception {
        Process node = start("others");

        standStill(node, LONG);

        assertThat(node.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ended: %s", said())
                .isTrue();
        assertThat(node.exitValue()).as(said()).isEqualTo(PauseWatch.EXIT_CODE);
        assertThat(said()).contains("stood still for").doesNotContain("open");
    }

    @Test
    void a_node_alone_goes_on_after_a_long_pause() throws Exception {
        Process node = start("alone");

        standStill(node, LONG);

        await("it has noticed").atMost(PATIENCE).until(() -> said().contains("stood still for"));
        await("each thread has asked")
                .atMost(PATIENCE)
                .until(() -> said().lines().filter("open"::equals).count() >= ASKERS);
        assertThat(said()).doesNotContain("closed");
        assertThat(node.isAlive()).isTrue();
    }

    @Test
    void a_short_pause_is_nothing() throws Exception {
        Process node = start("others");

        standStill(node, SHORT);
        standStill(node, SHORT);

        await("it goes on")
                .during(Duration.ofSeconds(1))
                .atMost(PATIENCE)
                .until(() -> node.isAlive() && !said().contains("stood still"));
    }
}

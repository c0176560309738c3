package lull.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stop under load loses nothing and cuts nobody short. */
class StopIT {

    private static final int PEOPLE = 16;
    private static final Duration STOP = Duration.ofSeconds(15);

    @TempDir
    private Path home;

    private final Http http = new Http();
    private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<String> cutOff = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> otherAnswers = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopping = new AtomicBoolean();

    @Test
    void sigterm_under_load_answers_every_request_and_stops_the_database_cleanly() throws Exception {
        // It times out conversations all the while: a sweep under way must not hold up the end either.
        RunningNode node = RunningNode.start(
                        "stop",
                        Map.of(
                                "LULL_HOME",
                                home.toString(),
                                "LULL_TICK",
                                "PT0.1S",
                                "LULL_PENDING_EXPIRE_AFTER",
                                "PT0.2S"))
                .awaitReady();
        RunningNode stopped = node;
        ExecutorService people = Executors.newCachedThreadPool();
        try (RawConnection slow = new RawConnection(node.api("/"))) {
            CountDownLatch over = new CountDownLatch(PEOPLE);
            IntStream.range(0, PEOPLE)
                    .forEach(person -> people.execute(() -> {
                        talk(stopped, "p" + person);
                        over.countDown();
                    }));
            await("a load").atMost(Duration.ofSeconds(30)).until(() -> acknowledged.size() > 500);
            String json = "{\"messageId\":\"slow-1\",\"direction\":\"inbound\"}";
            slow.begin("/v1/conversations/slow/messages", json);
            slow.write(json.substring(0, 10));
            int before = acknowledged.size();
            await("more load").atMost(Duration.ofSeconds(30)).until(() -> acknowledged.size() > before + 50);

            stopping.set(true);
            long begun = System.nanoTime();
            node.sigterm();
            await("no new connections")
                    .atMost(STOP)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> refuses(stopped));
            slow.write(json.substring(10));
            assertThat(slow.read().status()).isEqualTo(200);
            acknowledged.add("slow-1");
            int exit = node.awaitEnd(STOP.plusSeconds(15));
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            over.await();
            System.out.printf(
                    "stop: exit %d after %d ms, %d messages acknowledged, other answers %s, cut off %s%n",
                    exit, took.toMillis(), acknowledged.size(), otherAnswers, cutOff);
            assertThat(took).isLessThan(STOP);
        } finally {
            people.shutdownNow();
            node.close();
        }

        assertThat(cutOff).as("requests without an answer").isEmpty();
        assertThat(otherAnswers).allMatch(it -> it == 503);
        String databaseLog = Files.readString(home.resolve("postgres.log"));
        assertThat(databaseLog.lines().reduce((first, second) -> second).orElse(""))
                .endsWith("database system is shut down");
        try (RunningNode again = node.startAgain(Map.of()).awaitReady()) {
            assertThat(Files.readString(home.resolve("postgres.log")).substring(databaseLog.length()))
                    .contains("database system was shut down at")
                    .doesNotContain("not properly shut down", "recovery");
            assertThat(Feeds.messages(http, again).stream()
                            .map(it -> it.messageId().orElseThrow()))
                    .doesNotHaveDuplicates()
                    .containsAll(acknowledged);
        }
        assertThat(node.log()).doesNotContain("Graceful shutdown of shard region timed out");
        assertThat(node.log().lines().filter(it -> it.contains(" ERROR ") || it.startsWith("\tat ")))
                .as("what it logged at its stop")
                .isEmpty();
    }

    /** One message after the other on kept connections, until a new one is refused. */
    private void talk(RunningNode node, String key) {
        int number = 0;
        while (true) {
            try (RawConnection connection = new RawConnection(node.api("/"))) {
                boolean last = false;
                while (!last) {
                    String id = key + "-" + ++number;
                    String json = "{\"messageId\":\"" + id + "\",\"direction\":\"inbound\"}";
                    try {
                        connection.begin("/v1/conversations/" + key + "/messages", json);
                        connection.write(json);
                        RawConnection.Answer answer = connection.read();
                        last = answer.last();
                        if (answer.status() == 200) {
                            acknowledged.add(id);
                        } else {
                            otherAnswers.add(answer.status());
                        }
                    } catch (IOException e) {
                        cutOff.add(id + ": " + e);
                        return;
                    }
                }
            } catch (ConnectException refused) {
                if (!stopping.get()) {
                    cutOff.add("refused before the stop: " + refused);
                }
                return;
            } catch (SocketException reset) {
                // Taken by the kernel, and let go before anything was said: as good as refused.
                if (!stopping.get()) {
                    cutOff.add("before the stop: " + reset);
                }
                return;
            } catch (IOException e) {
                cutOff.add(e.toString());
                return;
            }
        }
    }

    private static boolean refuses(RunningNode node) {
        try {
            new RawConnection(node.api("/")).close();
            return false;
        } catch (IOException refused) {
            return true;
        }
    }
}

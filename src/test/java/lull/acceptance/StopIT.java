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

    @Test
    void a_node_that_drains_says_so_at_once_and_serves_until_it_has() throws Exception {
        // Longer than Akka allows for a step of a stop by itself.
        Duration drain = Duration.ofSeconds(6);
        RunningNode node = RunningNode.start(
                        "drain",
                        Map.of(
                                "LULL_HOME",
                                home.toString(),
                                "LULL_DRAIN",
                                drain.toString(),
                                "LULL_MANAGEMENT_PORT",
                                Integer.toString(Ports.free())))
                .awaitReady();
        try (RawConnection kept = new RawConnection(node.api("/"))) {
            assertThat(says(kept, "d-0")).isEqualTo(new RawConnection.Answer(200, false));
            assertThat(http.get(node.management("/ready")).status()).isEqualTo(200);

            node.sigterm();
            long begun = System.nanoTime();
            await("not ready")
                    .atMost(Duration.ofSeconds(2))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> http.get(node.management("/ready")).status() == 500);

            assertThat(says(kept, "d-1")).as("a kept connection").isEqualTo(new RawConnection.Answer(200, true));
            int served = 1;
            while (System.nanoTime() - begun < drain.minusMillis(500).toNanos()) {
                try (RawConnection fresh = new RawConnection(node.api("/"))) {
                    assertThat(says(fresh, "d-" + ++served)).isEqualTo(new RawConnection.Answer(200, true));
                }
            }
            assertThat(http.get(node.management("/alive")).status()).isEqualTo(200);
            assertThat(http.get(node.management("/ready")).status()).isEqualTo(500);
            await("no new connections")
                    .atMost(STOP)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> refuses(node));
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(drain.minusMillis(100));
            assertThat(node.awaitEnd(STOP)).as(node.said()).isEqualTo(RunningNode.TOLD_TO_STOP);
            System.out.printf("drain: %d requests served after the signal%n", served);
        } finally {
            node.close();
        }
    }

    private static RawConnection.Answer says(RawConnection connection, String id) throws IOException {
        String json = "{\"messageId\":\"" + id + "\",\"direction\":\"inbound\"}";
        connection.begin("/v1/conversations/drain/messages", json);
        connection.write(json);
        return connection.read();
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

package lull.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import lull.TestDatabase;
import lull.database.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that has to wait for others at its start does so: alive, so that nobody restarts it, and not ready. */
class StartIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final Http http = new Http();
    private final HealthRecord health = new HealthRecord();

    @AfterEach
    void end() {
        health.close();
    }

    private RunningNode start(String name, Map<String, String> changes) throws IOException {
        Map<String, String> settings = new HashMap<>(changes);
        settings.put("LULL_MANAGEMENT_PORT", Integer.toString(Ports.free()));
        RunningNode node = RunningNode.start(name, settings);
        health.follow(node);
        return node;
    }

    private void waitsFor(RunningNode node, String what) {
        await("it says that it waits")
                .atMost(PATIENCE)
                .until(() -> node.log().lines().anyMatch(it -> it.contains("waiting for") && it.contains(what)));
        await("it has been asked")
                .atMost(PATIENCE)
                .until(() -> !health.of(node, "/ready").isEmpty());
        assertThat(health.of(node, "/alive")).as(node.said()).containsExactly(200);
        assertThat(health.of(node, "/ready")).as(node.said()).containsExactly(500);
    }

    private void hasBecomeReady(RunningNode node) throws IOException {
        node.awaitReady();
        assertThat(http.get(node.management("/ready")).status()).isEqualTo(200);
        await("it has been asked")
                .atMost(PATIENCE)
                .until(() -> health.of(node, "/ready").contains(200));
        assertThat(health.of(node, "/alive")).containsExactly(200);
        assertThat(health.of(node, "/ready")).containsExactly(500, 200);
        assertThat(http.get(node.api("/v1/conversations")).status()).isEqualTo(200);
    }

    @Test
    void a_node_that_is_not_to_migrate_waits_for_the_tables() throws Exception {
        DatabaseSettings database = TestDatabase.emptySettings();
        Map<String, String> settings = Map.of(
                "LULL_JDBC_URL", database.jdbcUrl(),
                "LULL_JDBC_USER", database.user(),
                "LULL_JDBC_PASSWORD", database.password(),
                "LULL_MIGRATE", "false");
        try (RunningNode node = start("start-tables", settings)) {
            waitsFor(node, "lull migrate");

            Process migration = Undertaker.start(RunningNode.program(settings, "migrate")
                    .redirectOutput(directory.resolve("out").toFile())
                    .redirectError(directory.resolve("err").toFile()));
            assertThat(migration.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(migration.exitValue()).isZero();

            hasBecomeReady(node);
        }
    }

    @Test
    void a_node_waits_for_a_database_that_is_down() throws Exception {
        try (OutsidePostgres postgres = new OutsidePostgres(directory.resolve("postgres"))) {
            postgres.stopImmediately();
            try (RunningNode node = start("start-database", postgres.settings())) {
                waitsFor(node, "database");

                postgres.start();

                hasBecomeReady(node);
            }
        }
    }

    @Test
    void a_node_that_waits_can_be_stopped() throws Exception {
        DatabaseSettings database = TestDatabase.emptySettings();
        try (RunningNode node = start(
                "start-stopped",
                Map.of(
                        "LULL_JDBC_URL", database.jdbcUrl(),
                        "LULL_JDBC_USER", database.user(),
                        "LULL_JDBC_PASSWORD", database.password(),
                        "LULL_MIGRATE", "false"))) {
            await("alive")
                    .atMost(PATIENCE)
                    .until(() -> health.of(node, "/alive").contains(200));

            node.sigterm();

            assertThat(node.awaitEnd(Duration.ofSeconds(15))).as(node.said()).isEqualTo(RunningNode.TOLD_TO_STOP);
        }
    }
}

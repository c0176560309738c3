package lull.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lull.TestDatabase;
import lull.database.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A transaction that began to write before two hundred others and ends after them all: nobody skips anything. */
class FeedIT {

    private static final int MESSAGES = 200;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Http http = new Http();
    private DatabaseSettings database;
    private RunningNode node;

    @BeforeEach
    void start() throws IOException {
        database = TestDatabase.freshSettings();
        node = RunningNode.start(
                        "feed",
                        Map.of(
                                "LULL_JDBC_URL", database.jdbcUrl(),
                                "LULL_JDBC_USER", database.user(),
                                "LULL_JDBC_PASSWORD", database.password()))
                .awaitReady();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void nothing_is_skipped_when_it_rolls_back() throws Exception {
        say("first", "inbound");
        Follower follower = new Follower();
        try (Connection slow = connect()) {
            copyHistory(slow, "first", "late");
            talk(follower);
            slow.rollback();
        }

        awaitAllListed(MESSAGES + 1);
        everythingAgrees(follower);
        assertThat(http.get(node.api("/v1/conversations/late")).status()).isEqualTo(404);
    }

    @Test
    void nothing_is_skipped_when_it_commits_a_conversation_last() throws Exception {
        say("first", "outbound");
        Follower follower = new Follower();
        try (Connection slow = connect()) {
            copyHistory(slow, "first", "late");
            talk(follower);
            slow.commit();
        }

        awaitAllListed(MESSAGES + 2);
        everythingAgrees(follower);
        assertThat(follower.transitions.stream()
                        .filter(it -> it.path("conversation").textValue().equals("late")))
                .extracting(it -> it.path("to").textValue())
                .containsExactly("pending", "active");
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        connection.setAutoCommit(false);
        return connection;
    }

    /** As somebody writes who is not the journal: positions come from the default of the column. */
    private static void copyHistory(Connection connection, String from, String to) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into event_journal (sequence_number, write_timestamp, event_ser_id, persistence_id, writer,
                  event_ser_manifest, event_payload)
                select sequence_number, write_timestamp, event_ser_id, ?, writer, event_ser_manifest, event_payload
                from event_journal where persistence_id = ? order by sequence_number
                """)) {
            insert.setString(1, "default|" + to);
            insert.setString(2, "default|" + from);
            assertThat(insert.executeUpdate()).isGreaterThan(1);
        }
    }

    private void talk(Follower follower) throws IOException {
        for (int i = 0; i < MESSAGES; i++) {
            say("k" + i, i % 3 == 0 ? "outbound" : "inbound");
            if (i == MESSAGES / 2) {
                follower.read();
            }
        }
        follower.read();
    }

    private void say(String conversation, String direction) throws IOException {
        Http.Answer answer = http.post(
                node.api("/v1/conversations/" + conversation + "/messages"),
                "{\"messageId\":\"" + conversation + "-1\",\"direction\":\"" + direction + "\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private void awaitAllListed(int number) {
        await(number + " conversations are listed")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> listed().size() == number);
    }

    private Map<String, JsonNode> listed() throws IOException {
        Map<String, JsonNode> rows = new HashMap<>();
        for (JsonNode row :
                http.get(node.api("/v1/conversations?limit=1000")).json().path("conversations")) {
            rows.put(row.path("conversation").textValue(), row);
        }
        return rows;
    }

    private void everythingAgrees(Follower follower) throws IOException {
        for (Map.Entry<String, JsonNode> row : listed().entrySet()) {
            JsonNode itself =
                    http.get(node.api("/v1/conversations/" + row.getKey())).json();
            for (String field : List.of("session", "state", "openedAt", "since", "lastActivity")) {
                assertThat(row.getValue().get(field))
                        .as("%s of %s", field, row.getKey())
                        .isEqualTo(itself.get(field));
            }
        }
        follower.read();
        assertThat(follower.transitions).isEqualTo(Feeds.read(http, node, "transitions", 0));
        Feeds.mustBeRepeatable(http, node, "transitions");
        Feeds.mustBeRepeatable(http, node, "messages");
    }

    /** Reads on from where it is. A feed that cannot be read safely is refused, never cut short. */
    private final class Follower {
        private final List<JsonNode> transitions = new ArrayList<>();
        private long position;

        void read() throws IOException {
            Http.Answer answer = http.get(node.api("/v1/transitions?after=" + position));
            if (answer.status() == 503) {
                return;
            }
            assertThat(answer.status()).isEqualTo(200);
            for (JsonNode line : answer.lines()) {
                transitions.add(line);
                position = line.path("sequence").longValue();
            }
        }
    }
}

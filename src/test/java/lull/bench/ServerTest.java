package lull.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import lull.TestDatabase;
import lull.database.DatabaseSettings;
import org.junit.jupiter.api.Test;

class ServerTest {

    private final DatabaseSettings database = TestDatabase.emptySettings();
    private final String url = database.jdbcUrl() + "?user=" + database.user() + "&password=" + database.password()
            + "&ApplicationName=bench";

    private String name(String of) throws SQLException {
        try (Connection connection = DriverManager.getConnection(of);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_database()")) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void gives_each_home_a_database_of_its_own_until_it_is_closed() throws SQLException {
        Server server = new Server(url);

        String one = server.databaseOf(Path.of("one"));
        String other = server.databaseOf(Path.of("other"));

        assertThat(server.databaseOf(Path.of("one"))).isEqualTo(one).isNotEqualTo(other);
        assertThat(name(one)).startsWith("lull_bench_").isNotEqualTo(name(other));
        server.close();
        server.close();
        assertThatThrownBy(() -> name(one)).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> name(other)).hasMessageContaining("does not exist");
    }

    @Test
    void refuses_a_server_whose_commits_have_no_time() {
        assertThatThrownBy(() -> Server.at(url)).hasMessage("track_commit_timestamp is off");
    }

    @Test
    void refuses_what_is_no_url() {
        assertThatThrownBy(() -> Server.at("localhost:5432")).hasMessage("it is not a JDBC URL of PostgreSQL");
    }
}

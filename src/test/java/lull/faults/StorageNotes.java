package lull.faults;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.List;
import java.util.Optional;

/**
 * Lets the database note of each event when it was stored and who sent it. The journal itself does not tell which node a writer
 * lived on, and a node that is not itself should not be asked. Columns with defaults do it, unseen by the service, which names the
 * columns that it writes.
 *
 * <p>A row is of the node whose name is the connection's application name, or else of the only one whose API has the address that
 * the connection came from: so nodes need addresses of their own, or {@code ApplicationName=<node>} in their JDBC URLs.
 */
final class StorageNotes {

    static final String COLUMNS = ", host(noted_address), noted_application, noted_at";

    private static final String INSTALL = """
            alter table event_journal
              add column if not exists noted_address inet default inet_client_addr(),
              add column if not exists noted_application text default current_setting('application_name'),
              add column if not exists noted_at timestamptz default clock_timestamp()
            """;

    private static final String INSTALLED = """
            select count(*) from information_schema.columns
            where table_name = 'event_journal' and column_name in ('noted_address', 'noted_application', 'noted_at')
            """;

    private final List<Load.Target> nodes;

    StorageNotes(List<Load.Target> nodes) {
        this.nodes = nodes;
    }

    /** Once, when the tables are there and nothing is in the journal yet. */
    static void install(String jdbcUrl, String user, String password) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl, user, password);
                Statement statement = connection.createStatement()) {
            statement.execute(INSTALL);
        }
    }

    static boolean isInstalled(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery(INSTALLED)) {
            return count.next() && count.getInt(1) == 3;
        }
    }

    /** Reads {@link #COLUMNS}. */
    Optional<JournalRow.Stored> read(ResultSet row, int firstColumn) throws SQLException {
        Timestamp at = row.getTimestamp(firstColumn + 2);
        return at == null
                ? Optional.empty()
                : Optional.of(new JournalRow.Stored(
                        node(row.getString(firstColumn), row.getString(firstColumn + 1)), at.toInstant()));
    }

    private String node(String address, String application) {
        for (Load.Target node : nodes) {
            if (node.name().equals(application)) {
                return node.name();
            }
        }
        List<Load.Target> there =
                nodes.stream().filter(it -> host(it.api()).equals(address)).toList();
        return there.size() == 1 ? there.get(0).name() : "";
    }

    private static String host(URI uri) {
        return uri.getHost();
    }
}

package lull.readmodel;

import akka.japi.function.Function;
import akka.projection.jdbc.JdbcSession;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** One transaction of the projection on a connection of the node's pool. */
final class PooledSession implements JdbcSession {

    private final Connection connection;

    PooledSession(DataSource dataSource) {
        try {
            connection = dataSource.getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException("no connection for the projection: " + e.getMessage(), e);
        }
        try {
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            giveBack(connection); // nobody closes a session that was never made
            throw new IllegalStateException("no usable connection for the projection: " + e.getMessage(), e);
        }
    }

    private static void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // It is broken, which the pool has seen as well.
        }
    }

    Connection connection() {
        return connection;
    }

    @Override
    public <R> R withConnection(Function<Connection, R> work) throws Exception {
        return work.apply(connection);
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void rollback() throws SQLException {
        connection.rollback();
    }

    /** Gives the connection back. The pool resets it. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

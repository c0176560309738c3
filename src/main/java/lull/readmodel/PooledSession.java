package lull.readmodel;

import akka.japi.function.Function;
import akka.projection.jdbc.JdbcSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** One transaction of the projection on a connection of the node's pool. */
final class PooledSession implements JdbcSession {

    private final Connection connection;
    private final List<Runnable> whenCommitted = new ArrayList<>();

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

    /** Runs something after the commit, if there is one. */
    void whenCommitted(Runnable action) {
        whenCommitted.add(action);
    }

    @Override
    public <R> R withConnection(Function<Connection, R> work) throws Exception {
        return work.apply(connection);
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
        whenCommitted.forEach(Runnable::run);
        whenCommitted.clear();
    }

    @Override
    public void rollback() throws SQLException {
        whenCommitted.clear();
        connection.rollback();
    }

    /** Gives the connection back. The pool resets it. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

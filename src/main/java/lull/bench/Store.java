package lull.bench;

import java.sql.Connection;
import java.sql.SQLException;

/** The PostgreSQL of measured nodes. */
public interface Store {

    /** A connection beside the nodes' own, without their time limits. */
    Connection connect() throws SQLException;

    /** The process id of the server. */
    long postgresPid();
}

package lull.database;

import java.sql.SQLException;
import java.util.Set;

/** What an error of PostgreSQL means to a person. */
final class Failures {

    /**
     * Errors that waiting does not cure: login refused (28...), no such database (3D000), no right to connect (42501),
     * a parameter that the server does not take (22023, 42704, 08P01: a pooler that refuses {@code options}).
     */
    private static final Set<String> LASTING =
            Set.of("28000", "28P01", "3D000", "42501", "22023", "42704", "08P01", "08004");

    private Failures() {}

    static boolean lasts(SQLException e) {
        return LASTING.contains(String.valueOf(e.getSQLState()));
    }

    /** The first line of the innermost reason, without the driver's "FATAL:" and "ERROR:". */
    static String reason(Throwable e) {
        Throwable innermost = e;
        while (innermost.getCause() != null && !(innermost instanceof SQLException)) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage() == null ? innermost.toString() : innermost.getMessage();
        return message.lines().findFirst().orElse("").replaceFirst("^(FATAL|ERROR): ", "");
    }
}

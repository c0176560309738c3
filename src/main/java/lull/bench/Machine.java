package lull.bench;

import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/** What the figures were taken on, in general terms. */
final class Machine {

    private Machine() {}

    static String describe(Subject node) throws SQLException {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        String postgres;
        try (Connection connection = node.connect()) {
            postgres = connection.getMetaData().getDatabaseProductVersion();
        }
        return String.format(
                Locale.ROOT,
                "%d cores shared by node, PostgreSQL and client, %d GB of memory, %d MB of heap at most, Java %d, PostgreSQL %s"
                        + " (fsync and synchronous_commit on), %s",
                Runtime.getRuntime().availableProcessors(),
                Math.round(system.getTotalMemorySize() / (double) (1 << 30)),
                Runtime.getRuntime().maxMemory() / (1 << 20),
                Runtime.version().feature(),
                postgres,
                System.getProperty("os.name"));
    }

    /** The work that waits for a core, the bench's own included; negative where the system does not tell. */
    static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}

package lull.faults;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import lull.domain.Policy;

/**
 * What the checker goes by.
 *
 * @param api the base URI of a node that is up
 * @param policy of all nodes, all the time
 * @param nodeLogs the logs (standard error) of the nodes; the name of each file begins with the node's name among the targets
 * @param latenessBound the latest that a timeout may be recorded after it was due, faults included
 * @param healed when the last fault was over; what must hold some time after it is measured from then
 */
record Evidence(
        LoadLog log,
        URI api,
        String jdbcUrl,
        String user,
        String password,
        Policy policy,
        List<Path> nodeLogs,
        Duration latenessBound,
        List<Zombie> zombies,
        Instant healed) {

    /** For a run whose last fault is over at this moment. */
    Evidence(
            LoadLog log,
            URI api,
            String jdbcUrl,
            String user,
            String password,
            Policy policy,
            List<Path> nodeLogs,
            Duration latenessBound,
            List<Zombie> zombies) {
        this(log, api, jdbcUrl, user, password, policy, nodeLogs, latenessBound, zombies, Instant.now());
    }
}

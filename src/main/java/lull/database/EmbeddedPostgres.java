package lull.database;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of the node's own, in a directory of its own: real PostgreSQL with durable commits, that starts
 * and stops with the node and whose data stay. Nodes of one cluster on one machine may share it: it starts with the
 * first and stops with the last of them. Each may come and go at any time, and it is all the same how it ends, {@code
 * kill -9} included (see {@link ServerProcess}).
 *
 * <p>The directory holds {@code postgres/} (the programs), {@code data/}, {@code password}, {@code postgres.log},
 * {@code lock} ({@link HomeLock}) and {@code lifeline} ({@link LifeLine}). It belongs to one user for ever.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);

    private final Home home;
    private final Binaries binaries;
    private final Cluster cluster;
    private final ServerProcess server;
    private boolean closed;

    private EmbeddedPostgres(Home home, Binaries binaries, Cluster cluster, ServerProcess server) {
        this.home = home;
        this.binaries = binaries;
        this.cluster = cluster;
        this.server = server;
    }

    /** The directory that a node uses when it is not told another: {@code ~/.lull}. */
    public static Path defaultHome() {
        return Path.of(System.getProperty("user.home"), ".lull");
    }

    /**
     * Starts the server for this node alone: the directory must not be in use. Creates what is
     * missing first. It takes about a second, and a few seconds the first time. A server that nobody uses and that runs
     * all the same, left behind by an earlier node, is stopped, never adopted.
     *
     * @param directory created if need be
     * @throws DatabaseException if the directory is in use or not ours, this machine cannot run PostgreSQL, or the
     * server does not start
     */
    public static EmbeddedPostgres start(Path directory) {
        return start(directory, false);
    }

    /**
     * Joins the nodes that use the directory; starts the server as {@link #start(Path)} does if there are none. Only
     * for a node that joins the cluster of the others: two clusters in one database would overwrite each other.
     *
     * @param directory created if need be
     * @throws DatabaseException if the directory is in use by this process or not ours, this machine cannot run
     * PostgreSQL, the server does not start, or has ended while the others did not
     */
    public static EmbeddedPostgres share(Path directory) {
        return start(directory, true);
    }

    private static EmbeddedPostgres start(Path directory, boolean mayShare) {
        long start = System.nanoTime();
        Binaries.platform(System.getProperty("os.name"), System.getProperty("os.arch"));
        Home home = Home.enter(directory);
        try {
            boolean used = home.isUsed();
            if (used && !mayShare) {
                throw home.inUse();
            }
            Programs programs = Programs.forUser(home.isRoots());
            Binaries binaries = Binaries.unpack(home.path().resolve("postgres"), programs);
            Cluster cluster = Cluster.open(home, binaries, programs);
            Optional<ServerProcess> joined = used ? ServerProcess.join(home, binaries, programs) : Optional.empty();
            ServerProcess server = joined.orElseGet(() -> ServerProcess.start(home, binaries, programs));
            log.info(
                    "PostgreSQL {} {} in {} ms: data in {}, port {}, process {}",
                    binaries.version(),
                    joined.isPresent() ? "of " + home.others() + " joined" : "started",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    home.data(),
                    server.port(),
                    server.pid());
            home.stay();
            return new EmbeddedPostgres(home, binaries, cluster, server);
        } catch (RuntimeException e) {
            home.close();
            throw e;
        }
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + Cluster.NAME;
    }

    public String user() {
        return Cluster.NAME;
    }

    public String password() {
        return cluster.password();
    }

    /** The process id of the server. */
    public long pid() {
        return server.pid();
    }

    /** The server's version, for example 17.11. */
    public String version() {
        return binaries.version();
    }

    /** The directory that the data are in, with links resolved. */
    public Path home() {
        return home.path();
    }

    /** Where and how to connect. */
    public DatabaseSettings settings(int poolSize) {
        return new DatabaseSettings(jdbcUrl(), user(), password(), poolSize);
    }

    /**
     * Ends the use. If nobody else uses the server it stops: clients are cut off, everything is written to the disk.
     * Then the directory is free for another node.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean interrupted = Thread.interrupted(); // a stop that is in a hurry is a stop all the same
        try {
            if (home.leave()) {
                server.close();
                log.info("PostgreSQL stopped");
            } else {
                server.leave();
                log.info("PostgreSQL goes on for {}", home.others());
            }
        } finally {
            home.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

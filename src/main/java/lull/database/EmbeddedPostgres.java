package lull.database;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of the node's own, in a directory of its own: real PostgreSQL with durable commits, that starts
 * and stops with the node and whose data stay. It stops with the node however the node ends, {@code kill -9} included
 * (see {@link ServerProcess}).
 *
 * <p>The directory holds {@code postgres/} (the programs), {@code data/}, {@code password}, {@code postgres.log} and
 * {@code lock}. It belongs to one node at a time and to one user for ever.
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
     * Starts the server, and creates what is missing first: about a second, and a few seconds the first time. A server
     * that an earlier node had left behind is stopped, never adopted.
     *
     * @param directory created if need be
     * @throws DatabaseException if the directory is in use or not ours, this machine cannot run PostgreSQL, or the
     * server does not start
     */
    public static EmbeddedPostgres start(Path directory) {
        long start = System.nanoTime();
        Binaries.platform(System.getProperty("os.name"), System.getProperty("os.arch"));
        Home home = Home.claim(directory);
        try {
            Programs programs = Programs.forUser(home.isRoots());
            Binaries binaries = Binaries.unpack(home.path().resolve("postgres"), programs);
            Cluster cluster = Cluster.open(home, binaries, programs);
            ServerProcess server = ServerProcess.start(home, binaries, programs);
            log.info(
                    "PostgreSQL {} started in {} ms: data in {}, port {}, process {}",
                    binaries.version(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    home.data(),
                    server.port(),
                    server.pid());
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
     * Stops the server: clients are cut off, everything is written to the disk. Then the directory is free for another
     * node.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            server.close();
            log.info("PostgreSQL stopped");
        } finally {
            home.close();
        }
    }
}

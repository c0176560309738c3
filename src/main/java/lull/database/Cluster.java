package lull.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** The files of a database cluster in a home: {@code data} and {@code password}. */
record Cluster(Path data, String password) {

    /** The only user, and the name of the database. */
    static final String NAME = "lull";

    private static final String INITIALISING = "initialising-";

    private static final String SETTINGS = """
            # Written by Lull at each start. For settings of your own: ALTER SYSTEM SET ...
            unix_socket_directories = ''            # a socket's path has a length limit that a home may exceed
            max_connections = 100
            shared_buffers = 128MB
            effective_cache_size = 512MB
            fsync = on                              # what is acknowledged is on the disk
            synchronous_commit = on
            full_page_writes = on
            max_wal_size = 1GB
            checkpoint_timeout = 15min              # fewer full-page images in the log
            random_page_cost = 1.1                  # flash, not turning disks
            jit = off                               # short statements only: compiling them costs more than it saves
            max_parallel_workers_per_gather = 0     # a list query must not take the cores from the journal
            autovacuum_naptime = 10s                # the read model's rows change all the time; vacuum little and often
            autovacuum_vacuum_cost_delay = 1ms
            timezone = 'UTC'
            log_timezone = 'UTC'
            log_line_prefix = '%m [%p] %a '
            log_lock_waits = on
            log_min_duration_statement = 2s
            log_checkpoints = off
            """;

    /**
     * Opens the cluster of a home, or creates it. A creation that is cut short leaves no {@code data}.
     *
     * @throws DatabaseException if it cannot be created, or the files belong to another version or have no password
     */
    static Cluster open(Home home, Binaries binaries, Programs programs) {
        try {
            Trees.deleteUnfinished(home.path(), INITIALISING);
            if (!Files.exists(home.data())) {
                create(home, binaries, programs);
            }
            requireVersion(home.data(), binaries);
            if (!Files.exists(home.password())) {
                throw new DatabaseException(
                        "the file " + home.password() + " is missing: it holds the password of the database in "
                                + home.data() + ". Put it back, or choose another directory with LULL_HOME");
            }
            // What a volume's group handling (fsGroup in Kubernetes) has opened: PostgreSQL refuses a directory that
            // others may enter.
            Files.setPosixFilePermissions(home.data(), PosixFilePermissions.fromString("rwx------"));
            Files.writeString(home.data().resolve("lull.conf"), SETTINGS);
            return new Cluster(home.data(), Files.readString(home.password()).strip());
        } catch (IOException e) {
            throw new DatabaseException("the database in " + home.data() + " cannot be opened: " + e);
        }
    }

    private static void create(Home home, Binaries binaries, Programs programs) throws IOException {
        if (!Files.exists(home.password())) {
            writePassword(home.password());
        }
        Path temporary = Files.createTempDirectory(home.path(), INITIALISING);
        try {
            programs.run(
                    "",
                    Duration.ofMinutes(5),
                    List.of(
                            binaries.program("initdb"),
                            "-D",
                            temporary.toString(),
                            "-U",
                            NAME,
                            "--auth=scram-sha-256",
                            "--pwfile=" + home.password(),
                            "--encoding=UTF8",
                            "--locale=C",
                            "--data-checksums"));
            Path settings = temporary.resolve("postgresql.conf");
            Files.writeString(settings, "include 'lull.conf'\n", StandardOpenOption.APPEND);
            Files.writeString(temporary.resolve("lull.conf"), SETTINGS);
            String said = programs.run(
                    "CREATE DATABASE " + NAME + "\n",
                    Duration.ofMinutes(2),
                    List.of(binaries.program("postgres"), "--single", "-D", temporary.toString(), "postgres"));
            if (said.contains("ERROR:")) {
                throw new DatabaseException("the database cannot be created: " + said.strip());
            }
            Files.move(temporary, home.data(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Trees.delete(temporary);
        }
    }

    private static void writePassword(Path file) throws IOException {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        Path temporary = Files.createTempFile(
                file.getParent(),
                "password-",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(temporary, Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n");
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void requireVersion(Path data, Binaries binaries) throws IOException {
        String found = Files.readString(data.resolve("PG_VERSION")).strip();
        if (!found.equals(binaries.majorVersion())) {
            throw new DatabaseException(
                    "the database in " + data + " was made by PostgreSQL " + found + ", and this build of Lull brings "
                            + binaries.version() + ". Use a build that fits, or dump and restore");
        }
    }

    /** Never the password. */
    @Override
    public String toString() {
        return "Cluster[" + data + "]";
    }
}

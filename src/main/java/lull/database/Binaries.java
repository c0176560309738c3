package lull.database;

import java.io.IOException;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL's programs, unpacked once per version into {@code postgres/<version>-<checksum of the archive>}. The
 * checksum keeps apart two builds of one version, for instance of two processors that share a home.
 *
 * @param version as PostgreSQL gives it, for example 17.11
 */
record Binaries(Path directory, String version) {

    private static final Logger log = LoggerFactory.getLogger(Binaries.class);
    private static final String UNPACKING = "unpacking-";

    String program(String name) {
        return directory.resolve("bin").resolve(name).toString();
    }

    /** The number that data files carry: 17 of 17.11. */
    String majorVersion() {
        return version.replaceFirst("\\..*", "");
    }

    /** @throws DatabaseException if there are no programs for this machine, or they do not run on it */
    static Binaries unpack(Path parent, Programs programs) {
        String archive = "postgres-" + platform(System.getProperty("os.name"), System.getProperty("os.arch")) + ".txz";
        URL resource = Binaries.class.getResource("/" + archive);
        if (resource == null) {
            throw new DatabaseException("this build of Lull has no PostgreSQL for this machine (" + archive
                    + "). Build it on a machine of this kind, or give it a PostgreSQL server with LULL_JDBC_URL");
        }
        try {
            Files.createDirectories(parent);
            Trees.deleteUnfinished(parent, UNPACKING);
            String checksum = checksum(resource);
            Binaries binaries = find(parent, checksum);
            return binaries != null ? binaries : unpack(resource, parent, checksum, programs);
        } catch (IOException e) {
            throw new DatabaseException("PostgreSQL cannot be unpacked into " + parent + ": " + e);
        }
    }

    static String platform(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system = os.startsWith("linux") ? "linux" : os.startsWith("mac") ? "darwin" : null;
        String processor =
                List.of("amd64", "x86_64").contains(osArch) ? "x86_64" : osArch.equals("aarch64") ? "arm_64" : null;
        if (system == null || processor == null) {
            throw new DatabaseException("Lull brings no PostgreSQL for " + osName + " on " + osArch
                    + ". Give it a PostgreSQL server with LULL_JDBC_URL");
        }
        return system + "-" + processor;
    }

    private static Binaries find(Path parent, String checksum) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, "[0-9]*-" + checksum)) {
            for (Path directory : found) {
                String name = directory.getFileName().toString();
                return new Binaries(directory, name.substring(0, name.length() - checksum.length() - 1));
            }
            return null;
        }
    }

    private static Binaries unpack(URL archive, Path parent, String checksum, Programs programs) throws IOException {
        long start = System.nanoTime();
        Path temporary = Files.createTempDirectory(parent, UNPACKING);
        try {
            extract(archive, temporary);
            // "postgres (PostgreSQL) 17.11": also the proof that the programs run here.
            String said = programs.run(
                    "", Duration.ofSeconds(30), List.of(new Binaries(temporary, "").program("postgres"), "--version"));
            String version = said.strip().replaceFirst(".* ", "");
            Path directory = parent.resolve(version + "-" + checksum);
            try {
                Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (!Files.exists(directory)) {
                    throw e;
                }
                // Somebody else was quicker; what they unpacked is the same.
            }
            log.info("PostgreSQL {} unpacked in {} ms", version, (System.nanoTime() - start) / 1_000_000);
            return new Binaries(directory, version);
        } finally {
            Trees.delete(temporary);
        }
    }

    private static void extract(URL archive, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(
                new XZCompressorInputStream(open(archive).getInputStream()))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("the archive leaves its directory: " + entry.getName());
                }
                Files.createDirectories(entry.isDirectory() ? path : path.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else if (!entry.isDirectory()) {
                    Files.copy(tar, path);
                    boolean executable = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    /** The checksum that the surrounding jar has stored anyway, so that a start need not read the archive. */
    private static String checksum(URL archive) throws IOException {
        URLConnection connection = open(archive);
        try (CheckedInputStream stream = new CheckedInputStream(connection.getInputStream(), new CRC32())) {
            if (connection instanceof JarURLConnection jar && jar.getJarEntry().getCrc() != -1) {
                return Long.toHexString(jar.getJarEntry().getCrc());
            }
            stream.transferTo(OutputStream.nullOutputStream());
            return Long.toHexString(stream.getChecksum().getValue());
        }
    }

    /** Without the cache, so that closing the stream closes the jar and nobody else's. */
    private static URLConnection open(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        return connection;
    }
}

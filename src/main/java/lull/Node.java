package lull;

import akka.Done;
import akka.actor.BootstrapSetup;
import akka.actor.CoordinatedShutdown;
import akka.actor.ExtendedActorSystem;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.Uri;
import akka.management.HealthCheckSettings;
import akka.management.javadsl.AkkaManagement;
import akka.management.javadsl.HealthChecks;
import com.typesafe.config.Config;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import lull.database.Database;
import lull.database.DatabaseException;
import lull.database.DatabaseSettings;
import lull.database.EmbeddedPostgres;
import lull.database.Migrations;
import lull.entity.Conversations;
import lull.entity.EntityTime;
import lull.entity.ShardedConversations;
import lull.http.HttpServer;
import lull.http.HttpSettings;
import lull.http.TickAnswer;
import lull.journal.JournalSetup;
import lull.readmodel.CommitSignal;
import lull.readmodel.JdbcReadModel;
import lull.readmodel.ProjectionSettings;
import lull.sweep.Scheduler;
import lull.sweep.SweepSettings;
import lull.sweep.TickReport;
import lull.sweep.Ticks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Await;

/** A running node: its parts in the order in which they start, and in the opposite order as they stop. */
final class Node implements AutoCloseable {

    /** How long a step of the start may take that depends on nobody else. */
    private static final Duration START_WAIT = Duration.ofSeconds(60);

    /** How often to look whether what a start waits for has come: in this process, in the database. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    /** How often to say that it has not. */
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(10);

    /** For what the start cannot go on without, and an operator sees it wait. */
    private static final Duration NO_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

    /** The longest that a tick from outside may take. */
    private static final Duration TICK_WAIT = Duration.ofMinutes(5);

    /** The sum of the phases of Akka's coordinated shutdown, and a little more; a drain comes on top of it. */
    private static final Duration STOP_WAIT = Duration.ofSeconds(90);

    /**
     * Akka's limit for its last phase, and a little more. What it then still waits for is the network: of a node that cannot reach the
     * others, for minutes.
     */
    private static final Duration LAST_PHASE_WAIT = Duration.ofSeconds(12);

    /** The roots of a virtual machine's own properties, which a configuration that is loaded takes in. */
    private static final List<String> OF_THE_JVM = List.of(
            "awt",
            "file",
            "ftp",
            "http",
            "java",
            "jdk",
            "line",
            "native",
            "os",
            "path",
            "socksNonProxyHosts",
            "sun",
            "user");

    private static final Logger log = LoggerFactory.getLogger(Node.class);

    private final Optional<EmbeddedPostgres> embedded;
    private final Database database;
    private final ActorSystem<?> system;
    private final Parts parts;
    private final ServerBinding http;
    private final int managementPort;
    private final Duration stopWait;
    private final CountDownLatch lastPhase = new CountDownLatch(1);

    /** What the HTTP API stands on. */
    record Parts(Conversations conversations, JdbcReadModel readModel, Ticks ticks) {}

    private Node(
            Optional<EmbeddedPostgres> embedded,
            Database database,
            ActorSystem<?> system,
            Parts parts,
            ServerBinding http,
            int managementPort,
            Duration stopWait) {
        this.embedded = embedded;
        this.database = database;
        this.system = system;
        this.parts = parts;
        this.http = http;
        this.managementPort = managementPort;
        this.stopWait = stopWait;
        CoordinatedShutdown.get(system).addTask(CoordinatedShutdown.PhaseActorSystemTerminate(), "last-phase", () -> {
            lastPhase.countDown();
            return CompletableFuture.completedFuture(Done.getInstance());
        });
    }

    /**
     * Starts a node and waits until it is ready, as long as that takes: for PostgreSQL, for the tables if it does not make them itself, and
     * for the other nodes if it is not to be alone. Its management answers from the start: alive, and not ready.
     *
     * @throws Settings.InvalidException if somebody else listens on a port of ours
     * @throws lull.database.DatabaseException if there is no database that it can ever use
     */
    static Node start(Settings settings, Config config) {
        settings.requireFreePorts();
        Optional<EmbeddedPostgres> embedded = settings.jdbc().url().isPresent()
                ? Optional.empty()
                : Optional.of(
                        settings.formation() instanceof Formation.Listed
                                ? EmbeddedPostgres.share(settings.home())
                                : EmbeddedPostgres.start(settings.home()));
        try {
            return start(settings, config, embedded);
        } catch (RuntimeException e) {
            embedded.ifPresent(EmbeddedPostgres::close);
            throw e;
        }
    }

    /** Akka merges all roots of its configuration anew, twice for each entity that starts: it gets none that nobody reads. */
    private static Config withoutJvm(Config config) {
        Config left = config;
        for (String root : OF_THE_JVM) {
            left = left.withoutPath(root);
        }
        return left;
    }

    private static Node start(Settings settings, Config config, Optional<EmbeddedPostgres> embedded) {
        PauseWatch pauses = PauseWatch.start(PauseWatch.LONGEST);
        DatabaseSettings databaseSettings = databaseSettings(settings, embedded);
        Database database = Database.open(databaseSettings, pauses::stoodStill);
        CommitSignal commits = new CommitSignal();
        Readiness.Schema schema = new Readiness.Schema();
        ActorSystem<?> system = ActorSystem.create(
                ClusterLog.create(),
                "lull",
                ActorSystemSetup.create(
                        BootstrapSetup.create(settings.akka().withFallback(withoutJvm(config))),
                        new JournalSetup(database.dataSource(), commits::fire),
                        schema));
        try {
            Uri management = join(AkkaManagement.get(system).start(), START_WAIT);
            database.awaitAvailable(NO_LIMIT);
            bringTables(new Migrations(databaseSettings), settings.jdbc().migrate());
            schema.seen();

            EntityTime time = new EntityTime(Clock.systemUTC(), settings.externalClock());
            Conversations conversations =
                    ShardedConversations.init(system, settings.policy(), time, settings.maxInFlight());
            JdbcReadModel readModel = JdbcReadModel.init(
                    system, database.dataSource(), commits, ProjectionSettings.of(config.getConfig("lull.read-model")));
            Ticks ticks = new Ticks(
                    system,
                    Scheduler.init(
                            system,
                            readModel,
                            conversations,
                            time,
                            settings.tick(),
                            SweepSettings.of(config.getConfig("lull.sweep"))),
                    TICK_WAIT);
            // It listens before it is ready, so that nobody who has heard that it is finds the port closed.
            ServerBinding http = join(
                    HttpServer.start(
                            system,
                            httpSettings(settings, time),
                            conversations,
                            readModel,
                            now -> ticks.tick(now).thenApply(Node::answer)),
                    START_WAIT);
            settings.formation().join(system);
            awaitReady(system);
            pauses.inCluster(() -> hasOthers(system));
            Parts parts = new Parts(conversations, readModel, ticks);
            return new Node(
                    embedded, database, system, parts, http, management.port(), STOP_WAIT.plus(settings.drain()));
        } catch (RuntimeException e) {
            system.terminate();
            throw e;
        }
    }

    /** Makes the tables, or waits until somebody else has made them. */
    private static void bringTables(Migrations migrations, boolean migrate) {
        if (migrate) {
            migrations.migrate();
        } else {
            await("the tables (run `lull migrate`)", BETWEEN_TRIES, () -> isThere(migrations));
        }
    }

    /** A database that is away for a while is waited for with its tables. */
    private static boolean isThere(Migrations migrations) {
        try {
            return migrations.isCurrent();
        } catch (DatabaseException e) {
            log.info("{}", e.getMessage());
            return false;
        }
    }

    private static boolean hasOthers(ActorSystem<?> system) {
        return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
                        .count()
                > 1;
    }

    private static DatabaseSettings databaseSettings(Settings settings, Optional<EmbeddedPostgres> embedded) {
        int poolSize = settings.jdbc().poolSize();
        return embedded.map(it -> it.settings(poolSize))
                .orElseGet(() -> new DatabaseSettings(
                        settings.jdbc().url().orElseThrow(),
                        settings.jdbc().user(),
                        settings.jdbc().password(),
                        poolSize));
    }

    private static HttpSettings httpSettings(Settings settings, EntityTime time) {
        return new HttpSettings(
                time.external() ? HttpSettings.Timing.EXTERNAL : HttpSettings.Timing.SYSTEM,
                time.clock(),
                settings.http().host(),
                settings.http().port(),
                Duration.ofSeconds(10),
                settings.drain());
    }

    /** A tick keeps its promise only if it came to every conversation. */
    private static TickAnswer answer(TickReport report) {
        if (!report.complete() || report.swept().failed() > 0) {
            throw new Conversations.Unavailable("the tick did not come to every conversation, tick again: " + report);
        }
        return new TickAnswer(
                report.now(),
                report.slices(),
                report.swept().due(),
                report.swept().transitioned(),
                report.swept().alreadyDone(),
                report.swept().failed(),
                report.swept().oldestLateness(),
                report.duration());
    }

    /** Ready means what {@code /ready} says: a member of a cluster that reaches its conversations. */
    private static void awaitReady(ActorSystem<?> system) {
        HealthChecks checks = new HealthChecks(
                (ExtendedActorSystem) system.classicSystem(),
                HealthCheckSettings.create(system.settings().config().getConfig("akka.management.health-checks")));
        await("the cluster (see LULL_CONTACT_POINTS)", BETWEEN_LOOKS, () -> {
            if (system.getWhenTerminated().toCompletableFuture().isDone()) {
                throw new IllegalStateException("the node was stopped before it was ready");
            }
            return join(checks.ready(), START_WAIT);
        });
    }

    private static void await(String what, Duration pause, BooleanSupplier come) {
        long start = System.nanoTime();
        long reported = start;
        while (!come.getAsBoolean()) {
            long now = System.nanoTime();
            if (now - reported > BETWEEN_REPORTS.toNanos()) {
                reported = now;
                log.info("waiting for {} since {} s", what, TimeUnit.NANOSECONDS.toSeconds(now - start));
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    private static <T> T join(CompletionStage<T> stage, Duration limit) {
        try {
            return stage.toCompletableFuture()
                    .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    Optional<EmbeddedPostgres> embedded() {
        return embedded;
    }

    Database database() {
        return database;
    }

    ActorSystem<?> system() {
        return system;
    }

    Parts parts() {
        return parts;
    }

    ServerBinding http() {
        return http;
    }

    int managementPort() {
        return managementPort;
    }

    /** Waits for the end of the actor system, whatever ends it. */
    void awaitTermination() {
        system.getWhenTerminated().toCompletableFuture().join();
    }

    /**
     * The last part of a stop: when the actor system has ended its requests and itself, the database goes. Akka ends the actor system by a
     * shutdown hook of its own.
     */
    @Override
    public void close() {
        try {
            awaitEnd();
        } finally {
            database.close();
            embedded.ifPresent(EmbeddedPostgres::close);
        }
    }

    /**
     * Not by a callback, nor by a future that is derived from this one: when Akka ends the JVM itself, because the node was downed, it does
     * so in a callback of this very future, and whatever else hangs on it comes after the JVM has ended, which waits for us.
     */
    private void awaitEnd() {
        try {
            if (!lastPhase.await(stopWait.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException("the last phase has not begun within " + stopWait);
            }
            Await.ready(
                    system.classicSystem().whenTerminated(),
                    scala.concurrent.duration.Duration.fromNanos(LAST_PHASE_WAIT.toNanos()));
        } catch (TimeoutException tooLong) {
            log.warn(
                    "the actor system has not ended in time; the database is closed all the same: {}",
                    tooLong.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

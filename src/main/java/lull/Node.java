package lull;

import akka.actor.BootstrapSetup;
import akka.actor.ExtendedActorSystem;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.Uri;
import akka.management.HealthCheckSettings;
import akka.management.javadsl.AkkaManagement;
import akka.management.javadsl.HealthChecks;
import com.typesafe.config.Config;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import lull.database.Database;
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

/** A running node: its parts in the order in which they start, and in the opposite order as they stop. */
final class Node implements AutoCloseable {

    /** How long to wait for a database that is still starting. */
    private static final Duration DATABASE_WAIT = Duration.ofSeconds(30);

    /** How long forming a cluster may take before the start counts as failed. */
    private static final Duration READY_WAIT = Duration.ofSeconds(60);

    /** The longest that a tick from outside may take. */
    private static final Duration TICK_WAIT = Duration.ofMinutes(5);

    /** The sum of the phases of Akka's coordinated shutdown, and a little more. */
    private static final Duration STOP_WAIT = Duration.ofSeconds(80);

    private final Optional<EmbeddedPostgres> embedded;
    private final Database database;
    private final ActorSystem<?> system;
    private final Parts parts;
    private final ServerBinding http;
    private final int managementPort;

    /** What the HTTP API stands on. */
    record Parts(Conversations conversations, JdbcReadModel readModel, Ticks ticks) {}

    private Node(
            Optional<EmbeddedPostgres> embedded,
            Database database,
            ActorSystem<?> system,
            Parts parts,
            ServerBinding http,
            int managementPort) {
        this.embedded = embedded;
        this.database = database;
        this.system = system;
        this.parts = parts;
        this.http = http;
        this.managementPort = managementPort;
    }

    /**
     * Starts a node and waits until it is ready.
     *
     * @throws Settings.InvalidException if somebody else listens on a port of ours
     * @throws lull.database.DatabaseException if there is no database that it can use
     */
    static Node start(Settings settings, Config config) {
        settings.requireFreePorts();
        Optional<EmbeddedPostgres> embedded = settings.jdbc().url().isPresent()
                ? Optional.empty()
                : Optional.of(EmbeddedPostgres.start(settings.home()));
        try {
            DatabaseSettings databaseSettings = databaseSettings(settings, embedded);
            Database database = Database.open(databaseSettings);
            database.awaitAvailable(DATABASE_WAIT);
            Migrations migrations = new Migrations(databaseSettings);
            if (settings.jdbc().migrate()) {
                migrations.migrate();
            } else {
                migrations.requireCurrent();
            }
            return start(settings, config, embedded, database);
        } catch (RuntimeException e) {
            embedded.ifPresent(EmbeddedPostgres::close);
            throw e;
        }
    }

    private static Node start(
            Settings settings, Config config, Optional<EmbeddedPostgres> embedded, Database database) {
        CommitSignal commits = new CommitSignal();
        ActorSystem<?> system = ActorSystem.create(
                Behaviors.empty(),
                "lull",
                ActorSystemSetup.create(
                        BootstrapSetup.create(config), new JournalSetup(database.dataSource(), commits::fire)));
        try {
            Cluster cluster = Cluster.get(system);
            cluster.manager().tell(Join.create(cluster.selfMember().address()));

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
            Uri management = join(AkkaManagement.get(system).start(), READY_WAIT);
            awaitReady(system);
            ServerBinding http = join(
                    HttpServer.start(
                            system,
                            httpSettings(settings, time),
                            conversations,
                            readModel,
                            now -> ticks.tick(now).thenApply(Node::answer)),
                    READY_WAIT);
            Parts parts = new Parts(conversations, readModel, ticks);
            return new Node(embedded, database, system, parts, http, management.port());
        } catch (RuntimeException e) {
            system.terminate();
            throw e;
        }
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
                Duration.ofSeconds(10));
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
        long limit = System.nanoTime() + READY_WAIT.toNanos();
        while (!join(checks.ready(), READY_WAIT)) {
            if (System.nanoTime() > limit) {
                throw new IllegalStateException("the node formed no cluster within " + READY_WAIT.toSeconds() + " s");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
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
            system.getWhenTerminated()
                    .toCompletableFuture()
                    .orTimeout(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(tooLong -> null)
                    .join();
        } finally {
            database.close();
            embedded.ifPresent(EmbeddedPostgres::close);
        }
    }
}

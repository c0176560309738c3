package lull.faults;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** PostgreSQL away, or slow. No node may become unready or end for it. */
final class DatabaseFaults {

    private static final Duration BACK = Duration.ofSeconds(15);

    private DatabaseFaults() {}

    /** Answers that tell a client nothing, or come too late: none of them may be given, whatever PostgreSQL does. */
    private static void requireHonestAnswers(Scene scene, String who, LoadStats.Counts counts) {
        Map<Outcome, Long> failed = counts.failed();
        for (Outcome outcome :
                List.of(Outcome.ERROR, Outcome.TIMEOUT, Outcome.RESET, Outcome.REFUSED, Outcome.NO_NODE)) {
            long times = failed.getOrDefault(outcome, 0L);
            scene.report().require(times == 0, "%s: %s was the answer %d times, where 503 is due", who, outcome, times);
        }
        scene.report().figure(who + " answered 503", failed.getOrDefault(Outcome.UNAVAILABLE, 0L), "");
    }

    /** One node does not reach PostgreSQL. What lives there is answered with 503, within 10 s; the rest does not notice. */
    static final class CutDatabase implements Fault {

        private static final Duration LASTS = Duration.ofSeconds(30);

        @Override
        public String name() {
            return "cut-database";
        }

        @Override
        public Duration calmWithin() {
            return BACK;
        }

        @Override
        public Duration latenessBound() {
            return LASTS.plus(BACK).plusSeconds(5);
        }

        @Override
        public void strike(Scene scene) {
            TestCluster cluster = scene.cluster();
            ClusterNode node =
                    cluster.nodes().get(scene.random().nextInt(cluster.nodes().size()));
            List<Integer> lives = scene.lives();
            var there = Scene.in(ClusterView.shards(node));
            scene.load().group("there", there);
            scene.load().group("elsewhere", there.negate());
            scene.load().mark("cut");
            scene.note("%s is cut off from PostgreSQL", node);
            Network.cut(List.of(node.place()), List.of(cluster.postgres().place()));
            Waiting.letPass(LASTS);
            LoadStats stats = scene.load().mark("healed");
            scene.note("healed");
            cluster.network().heal();
            scene.note("%s", stats);
            requireHonestAnswers(scene, "there", stats.groups().get("there"));
            scene.report()
                    .require(
                            stats.groups().get("there").failed().containsKey(Outcome.UNAVAILABLE),
                            "nobody was answered with 503, though PostgreSQL was cut off");
            scene.report()
                    .atMost("elsewhere failed", stats.groups().get("elsewhere").failures(), 0, "");
            scene.requireSameLives(lives);
        }
    }

    /** PostgreSQL is restarted. */
    record Restart(PostgresServer.Stop how) implements Fault {
        @Override
        public String name() {
            return how == PostgresServer.Stop.FAST ? "postgres-fast" : "postgres-immediate";
        }

        @Override
        public Duration calmWithin() {
            return BACK;
        }

        @Override
        public Duration latenessBound() {
            return Duration.ofSeconds(30);
        }

        @Override
        public void strike(Scene scene) {
            PostgresServer postgres = scene.cluster().postgres();
            List<Integer> lives = scene.lives();
            scene.load().mark("restart");
            Instant told = scene.note("PostgreSQL is told to stop, %s", how);
            postgres.stop(how);
            scene.note("PostgreSQL has stopped");
            Waiting.letPass(Duration.ofSeconds(2));
            Instant up = scene.timeline().noteAt(postgres.start(), "PostgreSQL takes connections");
            LoadStats during = scene.load().mark("up");
            scene.note("%s", during);
            scene.report().figure("PostgreSQL away", Duration.between(told, up));
            requireHonestAnswers(scene, "while it was away clients", during.all());
            scene.requireSameLives(lives);
        }
    }

    /** Each commit takes two seconds. */
    static final class SlowCommit implements Fault {

        private static final Duration COMMIT = Duration.ofSeconds(2);
        private static final Duration LASTS = Duration.ofSeconds(20);

        @Override
        public String name() {
            return "slow-commit";
        }

        @Override
        public Duration calmWithin() {
            return BACK;
        }

        @Override
        public Duration latenessBound() {
            return Duration.ofSeconds(40);
        }

        @Override
        public void strike(Scene scene) throws SQLException {
            PostgresServer postgres = scene.cluster().postgres();
            List<Integer> lives = scene.lives();
            SlowCommits.all(postgres, COMMIT);
            scene.note("each commit takes %d s", COMMIT.toSeconds());
            scene.load().mark("slow");
            Waiting.letPass(LASTS);
            LoadStats slow = scene.load().mark("ended");
            scene.note("%s", slow);
            SlowCommits.end(postgres);
            scene.note("commits take their usual time");
            requireHonestAnswers(scene, "meanwhile clients", slow.all());
            scene.report().figure("meanwhile p50", slow.latency().p50().toMillis(), "ms");
            scene.requireSameLives(lives);
        }
    }

    /** One commit stands still for a minute, and happens then. */
    static final class StalledCommit implements Fault {

        private static final Duration STALL = Duration.ofSeconds(60);

        @Override
        public String name() {
            return "stalled-commit";
        }

        @Override
        public Duration calmWithin() {
            return BACK;
        }

        @Override
        public Duration latenessBound() {
            return STALL.plus(BACK).plusSeconds(5);
        }

        @Override
        public void strike(Scene scene) throws SQLException {
            PostgresServer postgres = scene.cluster().postgres();
            List<Integer> lives = scene.lives();
            scene.load().mark("stalled");
            SlowCommits.one(postgres, STALL);
            Waiting.until("a commit stands still", Duration.ofSeconds(10), () -> SlowCommits.standing(postgres) == 1);
            scene.note("a commit stands still");
            Waiting.until("the commit has happened", STALL.plusSeconds(15), () -> SlowCommits.standing(postgres) == 0);
            scene.note("it has happened");
            LoadStats stalled = scene.load().mark("ended");
            scene.note("%s", stalled);
            SlowCommits.end(postgres);
            requireHonestAnswers(scene, "meanwhile clients", stalled.all());
            scene.requireSameLives(lives);
        }
    }
}

package lull.faults;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** One thing after another, whatever the seed says, for a long time. Nothing may be lost, and nothing may grow. */
record SoakFault(Duration lasts) implements Fault {

    private static final Duration EVERY = Duration.ofSeconds(20);
    private static final Duration REJOIN = Duration.ofSeconds(90);
    /** As many connections as the client may have under way to one node, and what a node has open of its own. */
    private static final int MOST_FILES = FaultRun.IN_FLIGHT + 300;

    /** What happens at one time. Each repairs what it breaks. */
    private enum Trouble {
        KILL {
            @Override
            void happen(Scene scene, ClusterNode node, Random random) {
                scene.note("kill -9 of %s", node);
                node.kill();
            }
        },
        STOP {
            @Override
            void happen(Scene scene, ClusterNode node, Random random) {
                scene.note("SIGTERM to %s", node);
                node.stop();
            }
        },
        PAUSE {
            @Override
            void happen(Scene scene, ClusterNode node, Random random) {
                int life = Scene.life(node);
                Instant paused = node.pause();
                Duration time = Duration.ofSeconds(2 + random.nextInt(16));
                scene.letPass(time, "SIGSTOP to " + node);
                Instant resumed = node.resume();
                scene.note("SIGCONT to %s", node);
                Zombie zombie = new Zombie(node.name(), paused, resumed);
                // The checker takes a node that was gone for long at its word that it ends. By the clock: a pause of
                // 10 s takes a little longer.
                Instant ended = zombie.isOut()
                        ? scene.awaitEnd(node, life, Duration.ofSeconds(15))
                                .flatMap(ClusterNode.Life::ended)
                                .orElse(Instant.MAX)
                        : Instant.MAX;
                scene.zombies().add(new Zombie(node.name(), paused, resumed, ended));
            }
        },
        PARTITION {
            @Override
            void happen(Scene scene, ClusterNode node, Random random) {
                List<Network.Place> rest = TestCluster.places(scene.cluster().others(node));
                if (random.nextBoolean()) {
                    Network.cut(List.of(node.place()), rest);
                } else {
                    Network.cutOneWay(List.of(node.place()), rest);
                }
                scene.letPass(Duration.ofSeconds(3 + random.nextInt(15)), node + " is cut off from the others");
                scene.cluster().network().heal();
                scene.note("healed");
            }
        },
        CUT_DATABASE {
            @Override
            void happen(Scene scene, ClusterNode node, Random random) {
                Network.cut(
                        List.of(node.place()),
                        List.of(scene.cluster().postgres().place()));
                scene.letPass(Duration.ofSeconds(3 + random.nextInt(15)), node + " is cut off from PostgreSQL");
                scene.cluster().network().heal();
                scene.note("healed");
            }
        },
        RESTART_DATABASE {
            @Override
            void happen(Scene scene, ClusterNode node, Random random) {
                PostgresServer.Stop how =
                        PostgresServer.Stop.values()[random.nextInt(PostgresServer.Stop.values().length)];
                scene.note("PostgreSQL is told to stop, %s", how);
                scene.cluster().postgres().stop(how);
                Waiting.letPass(Duration.ofSeconds(random.nextInt(5)));
                scene.cluster().postgres().start();
                scene.note("PostgreSQL takes connections");
            }
        },
        STALL {
            @Override
            void happen(Scene scene, ClusterNode node, Random random) throws SQLException {
                Duration time = Duration.ofSeconds(3 + random.nextInt(12));
                SlowCommits.one(scene.cluster().postgres(), time);
                scene.letPass(time.plusSeconds(1), "one commit stands still");
                SlowCommits.end(scene.cluster().postgres());
            }
        };

        abstract void happen(Scene scene, ClusterNode node, Random random) throws SQLException;
    }

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public Duration latenessBound() {
        return Duration.ofSeconds(90);
    }

    @Override
    public void strike(Scene scene) throws SQLException {
        Instant end = Instant.now().plus(lasts);
        int troubles = 0;
        for (Instant next = Instant.now(); next.isBefore(end); next = next.plus(EVERY)) {
            Waiting.letPass(Duration.between(Instant.now(), next));
            // Two things at once are a majority lost, which no cluster of three is to survive.
            scene.cluster().awaitWhole(REJOIN);
            ClusterNode node = scene.cluster()
                    .nodes()
                    .get(scene.random().nextInt(scene.cluster().nodes().size()));
            Trouble trouble = Trouble.values()[scene.random().nextInt(Trouble.values().length)];
            trouble.happen(scene, node, scene.random());
            troubles++;
            scene.note(
                    "%s; open files %s",
                    scene.load().mark("trouble " + troubles).all(),
                    scene.cluster().openFiles());
        }
        Instant over = scene.note("%d troubles are over", troubles);
        scene.awaitWhole("whole again after", over, REJOIN);
        scene.report().figure("troubles", troubles, "");
        scene.report()
                .atMost(
                        "open files of a node",
                        scene.cluster().openFiles().stream()
                                .mapToInt(it -> it)
                                .max()
                                .orElse(0),
                        MOST_FILES,
                        "");
        Tick.twoAtOnce(scene.ticks()).ifPresent(it -> scene.report().violate("two schedulers at once: %s", it));
    }
}

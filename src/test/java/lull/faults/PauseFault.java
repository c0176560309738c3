package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A node stands still, and goes on where it stood: a virtual machine that is moved, a container that gets no processor. */
record PauseFault(int seconds) implements Fault {

    /** Shorter than what the failure detector takes for an end. */
    private static final int HARMLESS_SECONDS = 5;

    private static final Duration END = Duration.ofSeconds(15);
    private static final Duration REJOIN = Duration.ofSeconds(60);

    @Override
    public String name() {
        return "pause-" + seconds;
    }

    @Override
    public Duration latenessBound() {
        return seconds <= HARMLESS_SECONDS ? Duration.ofSeconds(12) : Duration.ofSeconds(35);
    }

    @Override
    public void strike(Scene scene) {
        ClusterNode singleton = scene.cluster().singleton();
        ClusterNode node =
                scene.random().nextInt(3) > 0 ? singleton : scene.cluster().other(singleton, scene.random());
        List<Integer> lives = scene.lives();
        Instant paused = node.pause();
        scene.timeline()
                .noteAt(
                        paused,
                        "SIGSTOP to %s, which %s the singleton",
                        node,
                        node == singleton ? "has" : "does not have");
        Waiting.letPass(Duration.ofSeconds(seconds));
        scene.load().mark("resumed");
        Instant resumed = node.resume();
        scene.timeline().noteAt(resumed, "SIGCONT to %s", node);
        if (seconds <= HARMLESS_SECONDS) {
            scene.letPass(Duration.ofSeconds(10), "nobody may be downed");
            scene.requireSameLives(lives);
            scene.awaitWhole("whole again after", resumed, Duration.ofSeconds(20));
        } else {
            becomesOf(scene, node, paused, resumed);
        }
        Instant end = Instant.now();
        List<Tick> ticks = scene.ticks();
        scene.report()
                .atMost(
                        "tick gap",
                        Tick.longestGap(ticks, paused.minusSeconds(2), end),
                        seconds <= HARMLESS_SECONDS ? Duration.ofSeconds(10) : Duration.ofSeconds(30));
        Tick.twoAtOnce(ticks).ifPresent(it -> scene.report().violate("two schedulers at once: %s", it));
    }

    private static void becomesOf(Scene scene, ClusterNode node, Instant paused, Instant resumed) {
        int life = Scene.life(node);
        Instant ended =
                scene.awaitEnd(node, life, END).flatMap(ClusterNode.Life::ended).orElse(Instant.MAX);
        scene.zombies().add(new Zombie(node.name(), paused, resumed, ended));
        LoadStats meanwhile = scene.load().mark("zombie ended");
        scene.note("between SIGCONT and its end: %s", meanwhile);
        if (ended.equals(Instant.MAX)) {
            return;
        }
        scene.report().figure("ended itself after", Duration.between(resumed, ended));
        scene.report()
                .require(
                        node.lives().get(life - 1).exitCode() != 0,
                        "%s ended itself as if all were well, with 0",
                        node);
        scene.awaitWhole("rejoined after", ended, REJOIN);
    }
}

package lull.readmodel;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.pubsub.Topic;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Brings the news of a commit to the node that runs the projection, whichever it is: that one follows, the others need not know where it
 * is. Only to make it quick: news may get lost, and then the projection's next look at the journal finds what was committed.
 */
final class CommitNews {

    /** That is all the news: what was committed is in the journal. */
    enum Committed {
        SOMETHING
    }

    private final ActorRef<Topic.Command<Committed>> topic;
    private final ActorRef<Committed> ear;
    private final Executor later;
    private final AtomicBoolean resting = new AtomicBoolean();
    private final AtomicBoolean untold = new AtomicBoolean();
    private int followers;

    private CommitNews(
            ActorRef<Topic.Command<Committed>> topic, ActorRef<Committed> ear, Duration rest, Executor threads) {
        this.topic = topic;
        this.ear = ear;
        // Not by Akka's timers: they are too coarse for a few milliseconds.
        this.later = CompletableFuture.delayedExecutor(rest.toNanos(), TimeUnit.NANOSECONDS, threads);
    }

    /**
     * From now on the commits of this node are told.
     *
     * @param rest the shortest time between two messages of this node
     */
    static CommitNews init(ActorSystem<?> system, CommitSignal commits, Duration rest) {
        CommitNews news = new CommitNews(
                system.systemActorOf(Topic.create(Committed.class, "lull-commits"), "lull-commits", Props.empty()),
                system.systemActorOf(
                        Behaviors.receiveMessage((Committed something) -> {
                            commits.heard();
                            return Behaviors.same();
                        }),
                        "lull-commits-heard",
                        Props.empty()),
                rest,
                system.executionContext());
        commits.tellBy(news::tell);
        return news;
    }

    /** The first at once, and what comes while it rests in one message after that. */
    private void tell() {
        untold.set(true);
        tellUnlessResting();
    }

    private void tellUnlessResting() {
        if (resting.compareAndSet(false, true)) {
            untold.set(false);
            topic.tell(Topic.publish(Committed.SOMETHING));
            later.execute(() -> {
                resting.set(false);
                if (untold.get()) {
                    tellUnlessResting();
                }
            });
        }
    }

    /** From now on the commits of all nodes are heard here, until {@link #unfollow} has been called as often. */
    synchronized void follow() {
        if (followers++ == 0) {
            topic.tell(Topic.subscribe(ear));
        }
    }

    /** One that ends may do so after the next has begun. */
    synchronized void unfollow() {
        if (--followers == 0) {
            topic.tell(Topic.unsubscribe(ear));
        }
    }
}

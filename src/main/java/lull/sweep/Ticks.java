package lull.sweep;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Ticks from outside: a cron, an import.
 *
 * @param scheduler the one that runs, wherever it is
 * @param patience the longest that a tick may take
 */
public record Ticks(ActorSystem<?> system, ActorRef<Scheduler.Command> scheduler, Duration patience) {

    /**
     * Ticks, and completes once everything that was due has been advanced.
     *
     * @param now empty: the time of the scheduler's clock
     */
    public CompletionStage<TickReport> tick(Optional<Instant> now) {
        return AskPattern.askWithStatus(
                scheduler, replyTo -> new Scheduler.Tick(now, replyTo), patience, system.scheduler());
    }
}

package lull.http;

import java.time.Duration;
import java.time.Instant;

/**
 * What a tick did.
 *
 * @param now the moment it moved time to
 * @param slices how many slices were swept
 * @param due how many conversations were found due
 * @param transitioned how many of them changed their state
 * @param alreadyDone how many had been advanced before the tick came to them
 * @param failed how many could not be advanced; they come again at the next tick
 * @param oldestLateness how long the earliest transition was overdue; zero if there was none
 * @param duration how long the tick took
 */
public record TickAnswer(
        Instant now,
        int slices,
        long due,
        long transitioned,
        long alreadyDone,
        long failed,
        Duration oldestLateness,
        Duration duration) {}

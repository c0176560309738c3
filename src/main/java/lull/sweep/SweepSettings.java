package lull.sweep;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How a slice is swept ({@code lull.sweep} in application.conf).
 *
 * @param pageRows rows of the due index in one query
 * @param parallelism conversations of one slice that are advanced at the same time
 * @param patience how long the scheduler waits for a slice before it takes its sweep for lost, with the node it ran on
 */
public record SweepSettings(int pageRows, int parallelism, Duration patience) {

    public static SweepSettings of(Config config) {
        return new SweepSettings(
                config.getInt("page-rows"), config.getInt("parallelism"), config.getDuration("patience"));
    }
}

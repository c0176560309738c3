package lull.readmodel;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How the journal is brought into the read model ({@code lull.read-model} in application.conf).
 *
 * @param pageRows the most events read in one query, and in one transaction of the projection
 * @param gatherTime how long to gather events after the news of a commit before the journal is read
 * @param pollInterval how often to look at the journal when there is no news
 */
public record ProjectionSettings(int pageRows, Duration gatherTime, Duration pollInterval) {

    public static ProjectionSettings of(Config config) {
        return new ProjectionSettings(
                config.getInt("page-rows"), config.getDuration("gather-time"), config.getDuration("poll-interval"));
    }
}

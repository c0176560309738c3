package lull.readmodel;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How the journal is brought into the read model ({@code lull.read-model} in application.conf).
 *
 * @param pageRows the most events read in one query
 * @param pollInterval how often to look for events of other nodes
 * @param gatherTime how long to gather events after a commit of this node before the journal is read
 * @param groupRows the most events in one transaction of the projection
 * @param groupTime the longest that an event waits for others to share its transaction
 */
public record ProjectionSettings(
        int pageRows, Duration pollInterval, Duration gatherTime, int groupRows, Duration groupTime) {

    public static ProjectionSettings of(Config config) {
        return new ProjectionSettings(
                config.getInt("page-rows"),
                config.getDuration("poll-interval"),
                config.getDuration("gather-time"),
                config.getInt("group-rows"),
                config.getDuration("group-time"));
    }
}

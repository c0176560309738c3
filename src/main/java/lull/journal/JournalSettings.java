package lull.journal;

import com.typesafe.config.Config;
import java.time.Duration;

/** The settings of {@code lull.journal}; {@code journal.conf} says what each means. */
record JournalSettings(
        int writers,
        int readers,
        int batchRows,
        int queueCapacity,
        Duration queueWait,
        int recoveryIds,
        int readCapacity,
        int recoveryRows,
        long handoverBytes,
        Duration handoverTime,
        Duration closeWithin) {

    static JournalSettings of(Config config) {
        var journal = config.getConfig("lull.journal");
        return new JournalSettings(
                between(1, 64, journal, "writers"),
                between(1, 64, journal, "readers"),
                between(1, JournalSql.MOST_ROWS, journal, "batch-rows"),
                between(1, Integer.MAX_VALUE, journal, "queue-capacity"),
                journal.getDuration("queue-wait"),
                between(1, 10_000, journal, "recovery-ids"),
                between(1, Integer.MAX_VALUE, journal, "read-capacity"),
                between(1, 100_000, journal, "recovery-rows"),
                journal.getBytes("handover-size"),
                journal.getDuration("handover-time"),
                journal.getDuration("close-within"));
    }

    private static int between(int least, int most, Config journal, String name) {
        int value = journal.getInt(name);
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "lull.journal." + name + " is " + value + ", it must be " + least + " to " + most);
        }
        return value;
    }
}

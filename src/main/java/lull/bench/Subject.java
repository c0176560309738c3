package lull.bench;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import lull.entity.Conversations;
import lull.readmodel.DueIndex;
import lull.sweep.Ticks;

/** A node to be measured, in this JVM, with a PostgreSQL of its own. */
public interface Subject extends Store, AutoCloseable {

    /** Starts a node. */
    interface Starter {
        /**
         * @param home where its database lives
         * @param settings what is not as in application.conf, by path
         */
        Subject start(Path home, Map<String, String> settings);
    }

    Conversations conversations();

    DueIndex dueIndex();

    Ticks ticks();

    int httpPort();

    /** The entity ids of the conversations in memory. */
    Set<String> resident();

    /** Stops the node and its database. */
    @Override
    void close();
}

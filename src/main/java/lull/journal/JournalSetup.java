package lull.journal;

import akka.actor.setup.Setup;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * What the journal needs from the node that an actor system is started in. Give it to the system in its
 * {@link akka.actor.setup.ActorSystemSetup}.
 */
public final class JournalSetup extends Setup {

    private final DataSource dataSource;
    private final Runnable onCommit;

    /**
     * @param dataSource the node's pool; its waits are the journal's bounds, so it must limit connecting, waiting for a
     *     connection and a socket's silence (3, 5 and 8 s, say). It must stay open until the actor system has terminated.
     * @param onCommit called after every committed batch, by the thread that wrote it: must be quick and not fail
     */
    public JournalSetup(DataSource dataSource, Runnable onCommit) {
        this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
        this.onCommit = Objects.requireNonNull(onCommit, "onCommit");
    }

    public DataSource dataSource() {
        return dataSource;
    }

    public Runnable onCommit() {
        return onCommit;
    }
}

package lull.journal;

import java.sql.SQLException;

/** Why the journal did not do what it was asked to. Says what is known about the outcome. */
public final class JournalFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    private JournalFailure(String message, Throwable cause) {
        super(message, cause);
    }

    /** Somebody else wrote first: a second writer of this history, or an earlier attempt whose outcome was unknown. */
    static JournalFailure alreadyWritten(String persistenceId, long from, long to, Throwable cause) {
        return new JournalFailure(
                "Not written: " + persistenceId + " has an event with a sequence number of " + from + " to " + to
                        + " already; another writer was first",
                cause);
    }

    static JournalFailure notTaken(BatchQueue.Offer refusal) {
        return new JournalFailure(
                refusal == BatchQueue.Offer.FULL
                        ? "Not done: the journal's queue is full (lull.journal.queue-capacity, read-capacity)"
                        : "Not done: the journal is closed",
                null);
    }

    static JournalFailure tooLate(long waitedMillis) {
        return new JournalFailure(
                "Not written: waited " + waitedMillis + " ms in the journal's queue (lull.journal.queue-wait)", null);
    }

    static JournalFailure notReachable(Throwable cause) {
        return new JournalFailure("Not done: no connection to the database: " + cause.getMessage(), cause);
    }

    /** The server's own word that a statement failed means it is rolled back; a lost connection means nothing. */
    static JournalFailure of(SQLException cause) {
        var state = cause.getSQLState() == null ? "08" : cause.getSQLState();
        var outcome = state.startsWith("08") || state.startsWith("57P") ? "Outcome unknown" : "Not done";
        return new JournalFailure(outcome + ": the database failed: " + cause.getMessage(), cause);
    }

    static JournalFailure of(Throwable cause) {
        return new JournalFailure("Outcome unknown: " + cause, cause);
    }
}

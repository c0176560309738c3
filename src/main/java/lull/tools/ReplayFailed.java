package lull.tools;

/** A replay cannot go on. The message is one line for the person who started it. */
public final class ReplayFailed extends Exception {

    private static final long serialVersionUID = 1;

    public ReplayFailed(String message) {
        super(message);
    }

    ReplayFailed(String message, Throwable cause) {
        super(message, cause);
    }
}

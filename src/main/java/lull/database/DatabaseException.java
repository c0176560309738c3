package lull.database;

/**
 * The database cannot be used, and a person must know why. The message is complete and meant to be shown as it is;
 * there is no stack trace, because where in our code it was noticed helps nobody.
 */
public final class DatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DatabaseException(String message) {
        super(message, null, false, false);
    }
}

package lull.journal;

/**
 * A read of one history.
 *
 * @param first lowest sequence number wanted
 * @param last highest sequence number wanted
 * @param most how many events at most, the lowest numbers first
 */
record ReadRequest(String persistenceId, long first, long last, int most, Reply reply) {

    /** Called once: must be quick. */
    interface Reply {
        void answered(ReadAnswer answer);

        void failed(Throwable cause);
    }
}

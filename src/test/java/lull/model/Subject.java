package lull.model;

import java.time.Instant;
import java.util.List;

/**
 * Whatever lives by the rules: the pure domain, an entity, a cluster of them. Made for one stream and its
 * policy; a stream may be tried many times over, and no trial may find what an earlier one has left behind.
 */
public interface Subject {

    /** Takes the next line of the stream, and returns when it is on record. */
    void send(Line line);

    /**
     * Moves the time of all conversations that it has been sent; {@link Instant#MAX}: until nothing more can come.
     */
    void advance(Instant now);

    /** Every transition so far, in the oracle's order. */
    List<Transition> history();
}

package lull.model;

import java.time.Instant;
import java.util.List;

/** Whatever lives by the rules: the pure domain, an entity, a cluster of them. Made for one stream and its policy. */
public interface Subject {

    /** Takes the next line of the stream, and returns when it is on record. */
    void send(Line line);

    /** Moves the time of all conversations that it has been sent. */
    void advance(Instant now);

    /** Every transition so far, in the oracle's order. */
    List<Transition> history();
}

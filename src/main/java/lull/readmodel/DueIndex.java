package lull.readmodel;

import akka.Done;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The conversations whose deadline has passed, slice by slice. */
public interface DueIndex {

    /** The slices that have anything due at {@code now}. Cheap, also where nothing is. */
    CompletionStage<Set<Integer>> dueSlices(Instant now);

    /**
     * One page of a slice, earliest deadline first. A page shorter than the limit is the last.
     *
     * @param after the last row of the page before, {@link DueConversation#START} for the first page
     */
    CompletionStage<List<DueConversation>> page(int slice, Instant now, DueConversation after, int limit);

    /** Completes once everything that was stored before the call is in the index. Fails when that takes longer than 60 s. */
    CompletionStage<Done> caughtUp();
}

package lull.model;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A change of state, as the oracle writes it.
 *
 * @param from empty for an opening
 */
public record Transition(
        String conversation, int session, Optional<String> from, String to, Instant at, String reason) {

    private static final Comparator<Transition> ORDER = Comparator.comparing(Transition::at)
            .thenComparing(Transition::conversation)
            .thenComparingInt(Transition::session);

    /** The oracle's order: by time, conversation, session; what remains stays in order of occurrence. */
    public static List<Transition> sorted(List<Transition> inOrderOfOccurrence) {
        return inOrderOfOccurrence.stream().sorted(ORDER).toList();
    }
}

package lull.domain;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a conversation remembers of its past, over all its sessions: how far its own time has come, and the answers to its latest
 * requests.
 */
public final class Memory {

    /** How many request ids are remembered: the least that the design allows, as each resident conversation pays for them. */
    public static final int REMEMBERED = 32;

    /** Before any request: any instant that a request may carry is later. */
    public static final Memory EMPTY = new Memory(Instant.MIN, new Remembered[0]);

    private record Remembered(String id, Answer answer) {}

    private final Instant clock;
    private final Remembered[] latest;

    private Memory(Instant clock, Remembered[] latest) {
        this.clock = clock;
        this.latest = latest;
    }

    /** The effective time of the latest event: the conversation's own clock, which never goes back. */
    public Instant clock() {
        return clock;
    }

    /** The answer to an earlier request of this id, if it is still remembered. */
    public Optional<Answer> answerTo(String id) {
        for (int i = latest.length - 1; i >= 0; i--) {
            if (latest[i].id.equals(id)) {
                return Optional.of(latest[i].answer);
            }
        }
        return Optional.empty();
    }

    Memory at(Instant time) {
        return time.isAfter(clock) ? new Memory(time, latest) : this;
    }

    Memory remember(String id, Answer answer) {
        boolean full = latest.length == REMEMBERED;
        Remembered[] longer =
                full ? Arrays.copyOfRange(latest, 1, REMEMBERED + 1) : Arrays.copyOf(latest, latest.length + 1);
        longer[longer.length - 1] = new Remembered(id, answer);
        return new Memory(clock, longer);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Memory memory && clock.equals(memory.clock) && Arrays.equals(latest, memory.latest);
    }

    @Override
    public int hashCode() {
        return 31 * clock.hashCode() + Arrays.hashCode(latest);
    }

    @Override
    public String toString() {
        return "Memory[clock=" + clock + ", latest=" + Arrays.toString(latest) + "]";
    }
}

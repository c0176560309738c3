package lull.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a conversation remembers of its past, over all its sessions: how far its own time has come, and the answers to its latest
 * requests.
 */
public final class Memory {

    /** How many request ids are remembered however old they are: the least that the design allows, as each resident conversation pays. */
    public static final int AT_LEAST = 32;

    /**
     * Younger ones are remembered beyond that. A request that waited in front of a node which stood still, or was cut off, comes that
     * late, when its sender has long repeated it elsewhere and sent others after it. In the conversation's own time.
     */
    public static final Duration AT_LEAST_FOR = Duration.ofMinutes(5);

    /** No more in any case: what a conversation may cost is bounded. */
    public static final int AT_MOST = 256;

    /** Before any request: any instant that a request may carry is later. */
    public static final Memory EMPTY = new Memory(Instant.MIN, 0, PackedAnswers.NONE);

    private final Instant clock;
    private final int size;
    private final byte[] latest;

    private Memory(Instant clock, int size, byte[] latest) {
        this.clock = clock;
        this.size = size;
        this.latest = latest;
    }

    /** The effective time of the latest event: the conversation's own clock, which never goes back. */
    public Instant clock() {
        return clock;
    }

    /** The answer to an earlier request of this id, if it is still remembered. */
    public Optional<Answer> answerTo(String id) {
        return PackedAnswers.find(latest, id);
    }

    Memory at(Instant time) {
        return time.isAfter(clock) ? new Memory(time, size, latest) : this;
    }

    Memory remember(String id, Answer answer) {
        long oldest = answer.at().getEpochSecond() - AT_LEAST_FOR.toSeconds();
        byte[] kept = latest;
        int count = size;
        while (count >= AT_LEAST && (count == AT_MOST || PackedAnswers.firstSecond(kept) < oldest)) {
            kept = PackedAnswers.withoutFirst(kept);
            count--;
        }
        return new Memory(clock, count + 1, PackedAnswers.plus(kept, id, answer));
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
        return "Memory[clock=" + clock + ", answers=" + size + "]";
    }
}

package lull.model;

import java.util.function.LongFunction;

/** Tries a property on many streams. The first stream that breaks it is made as short as it can be and reported. */
public final class ForEachStream {

    /** Seeds begin here; another number tries other streams ({@code -Dlull.seed=}). */
    private static final long FIRST_SEED = Long.getLong("lull.seed", 1);

    /** How many times as many streams as usual ({@code -Dlull.times=}). */
    private static final int TIMES = Integer.getInteger("lull.times", 1);

    /** Something that holds for every stream. */
    public interface Property {
        /** @throws AssertionError naming the first difference, if it does not hold */
        void holdsFor(MessageStream stream);
    }

    private ForEachStream() {}

    /** Tries streams with everything in them. */
    public static void of(int count, Property property) {
        of(count, RandomStreams::of, property);
    }

    /** Tries the streams that a seed makes. */
    public static void of(int count, LongFunction<MessageStream> streams, Property property) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + (long) count * TIMES; seed++) {
            MessageStream stream = streams.apply(seed);
            if (broken(property, stream) != null) {
                MessageStream shortest = shrink(property, stream);
                Throwable failure = broken(property, shortest);
                throw new AssertionError(failure.getMessage() + "\n" + shortest, failure);
            }
        }
    }

    /** Leaves out ever smaller runs of lines as long as the property stays broken. */
    static MessageStream shrink(Property property, MessageStream broken) {
        MessageStream current = broken;
        int run = Math.max(1, current.lines().size() / 2);
        while (true) {
            boolean shorter = false;
            for (int from = 0; from + run <= current.lines().size(); ) {
                MessageStream candidate = current.without(from, from + run);
                if (broken(property, candidate) != null) {
                    current = candidate;
                    shorter = true;
                } else {
                    from++;
                }
            }
            if (!shorter && run == 1) {
                return current;
            }
            run = shorter ? run : run / 2;
            run = Math.max(1, Math.min(run, current.lines().size() / 2));
        }
    }

    private static Throwable broken(Property property, MessageStream stream) {
        try {
            property.holdsFor(stream);
            return null;
        } catch (AssertionError | RuntimeException failure) {
            return failure;
        }
    }
}

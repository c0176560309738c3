package lull.tools;

import java.time.Instant;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Made-up message streams that look like real ones: arrivals by a day curve, lengths with a heavy tail, replies at human speed, pauses that
 * cross the deadlines of the default policy, and a few of all the things that happen: ties, late and repeated lines, closings.
 *
 * <p>The lines come in the order of arrival. No late line makes the result depend on when somebody looks, under the default policy and
 * those of {@link Talk#KNOWN}; a line is repeated within 32 of its conversation. The same shape gives the same lines, always. Memory is
 * that of the conversations under way, not of the stream.
 */
public final class Streams {

    /** A key names its phone number, and there are no more. */
    public static final int MOST_CONVERSATIONS = 10_000_000;

    /**
     * @param conversations from 1 to {@link #MOST_CONVERSATIONS}
     * @param messages lines in all, repetitions and closings included: at least one for each conversation
     * @param start the stream begins at this instant or a little later
     */
    public record Shape(int conversations, long messages, long seed, Instant start) {
        /** @throws IllegalArgumentException saying which part is wrong */
        public Shape {
            if (conversations < 1 || conversations > MOST_CONVERSATIONS) {
                throw new IllegalArgumentException("conversations must be from 1 to " + MOST_CONVERSATIONS);
            }
            if (messages < conversations) {
                throw new IllegalArgumentException("messages must be at least as many as conversations");
            }
            LineFormat.instant(start.toString());
        }
    }

    private Streams() {}

    /** The lines of a stream in the order of arrival. Fails with an {@link IllegalArgumentException} if they run past 2199. */
    public static Stream<Line> of(Shape shape) {
        int traits = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliterator(new Lines(shape), shape.messages(), traits), false);
    }

    /** What has been said and has not arrived. {@code next} is the talk to go on with when it has; null if that does not wait for it. */
    private record Pending(long arrivesAtMillis, long number, Line line, Talk next) {}

    private static final class Lines implements Iterator<Line> {

        private static final Comparator<Pending> BY_ARRIVAL =
                Comparator.comparingLong(Pending::arrivesAtMillis).thenComparingLong(Pending::number);

        private final Shape shape;
        private final DayCurve curve;
        private final Dice dice;
        private final double allWeights;
        private final PriorityQueue<Pending> pending = new PriorityQueue<>(BY_ARRIVAL);

        private int begun;
        private double shareLeft = 1;
        private Instant nextStart;
        private double weights;
        private long assigned;
        private long numbers;
        private long emitted;

        Lines(Shape shape) {
            this.shape = shape;
            curve = new DayCurve(shape.start(), shape.conversations());
            dice = new Dice(Dice.mix(~shape.seed()));
            double sum = 0;
            for (int i = 0; i < shape.conversations(); i++) {
                sum += weight(i);
            }
            allWeights = sum;
            nextStart = start();
        }

        /** The next of so many uniform numbers in ascending order, without keeping them. */
        private Instant start() {
            shareLeft *= StrictMath.pow(1 - dice.unit(), 1.0 / (shape.conversations() - begun));
            return curve.at(1 - shareLeft);
        }

        /** Pareto: most conversations are short, and a few are very long. */
        private double weight(long index) {
            return Math.min(
                            400,
                            StrictMath.pow(1 - Dice.of(~shape.seed(), index).unit(), -0.8))
                    - 0.7;
        }

        /** What is left over when each conversation has one line is shared out by weight. */
        private long length() {
            weights += weight(begun);
            long extra = shape.messages() - shape.conversations();
            boolean isLast = begun == shape.conversations() - 1;
            long until = isLast ? extra : Math.min(extra, (long) (extra * (weights / allWeights)));
            long length = 1 + until - assigned;
            assigned = until;
            return length;
        }

        @Override
        public boolean hasNext() {
            return emitted < shape.messages();
        }

        @Override
        public Line next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            while (begun < shape.conversations()
                    && (pending.isEmpty() || nextStart.toEpochMilli() <= pending.peek().arrivesAtMillis)) {
                goOn(new Talk(shape.seed(), begun, length(), nextStart));
                begun++;
                if (begun < shape.conversations()) {
                    nextStart = start();
                }
            }
            Pending arrived = pending.remove();
            if (arrived.next != null) {
                goOn(arrived.next);
            }
            emitted++;
            return arrived.line;
        }

        private void goOn(Talk talk) {
            while (!talk.isOver()) {
                Talk.Said said = talk.next();
                pending.add(new Pending(said.arrivesAtMillis(), numbers++, said.line(), said.inOrder() ? talk : null));
                if (said.inOrder()) {
                    return;
                }
            }
        }
    }
}

package lull.tools;

/**
 * Random numbers that are the same for the same seed on every machine and every JDK (SplitMix64, and {@link StrictMath} for the rest).
 */
final class Dice {

    private long state;

    Dice(long seed) {
        state = seed;
    }

    /** A die of its own for each number: those of two numbers have nothing to do with each other. */
    static Dice of(long seed, long number) {
        return new Dice(mix(mix(seed) + number));
    }

    /** One to one: different numbers give different numbers. */
    static long mix(long number) {
        long z = number + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    long next() {
        long result = mix(state);
        state += 0x9e3779b97f4a7c15L;
        return result;
    }

    /** From 0 until 1. */
    double unit() {
        return (next() >>> 11) * 0x1.0p-53;
    }

    boolean chance(double probability) {
        return unit() < probability;
    }

    /** From {@code least} to {@code most}, both included. */
    long between(long least, long most) {
        return least + (long) (unit() * (most - least + 1));
    }

    /** Log-normal: half of the numbers are below the median, and a few are far above. */
    double logNormal(double median, double spread) {
        double normal = StrictMath.sqrt(-2 * StrictMath.log(1 - unit())) * StrictMath.cos(2 * StrictMath.PI * unit());
        return median * StrictMath.exp(spread * normal);
    }
}

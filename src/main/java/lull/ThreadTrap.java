package lull;

import java.util.concurrent.ForkJoinPool;

/**
 * On two processors or fewer, JDK 17 gives the common pool a parallelism of one, and then {@code CompletableFuture} starts a new thread for
 * each of its asynchronous steps. Akka's asks take such steps: measured, that costs a factor of ten. A larger pool cures it, if it is
 * asked for before the pool exists.
 */
final class ThreadTrap {

    private static final String PARALLELISM = "java.util.concurrent.ForkJoinPool.common.parallelism";
    private static final int ENOUGH = 4;

    private ThreadTrap() {}

    /**
     * To be called before anything else.
     *
     * @throws IllegalStateException if it comes too late
     */
    static void avoid() {
        if (Runtime.getRuntime().availableProcessors() < ENOUGH && Integer.getInteger(PARALLELISM, 0) < 2) {
            System.setProperty(PARALLELISM, Integer.toString(ENOUGH));
        }
        if (ForkJoinPool.getCommonPoolParallelism() < 2) {
            throw new IllegalStateException("the common thread pool has no more than one thread: start Java with -D"
                    + PARALLELISM + "=" + ENOUGH);
        }
    }
}

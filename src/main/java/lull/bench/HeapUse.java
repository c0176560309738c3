package lull.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** What a conversation in memory takes. */
final class HeapUse implements Measurement {

    private static final int MESSAGES = 10;

    /** Of a question to a conversation, and a second more. */
    private static final Duration LONGEST_TIMER = Duration.ofSeconds(8);

    @Override
    public Set<String> names() {
        return Set.of("heap");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        int conversations = bench.sized(20_000, 5_000);
        String how = String.format(
                Locale.ROOT,
                "%,d conversations with %d messages each, after a full collection",
                conversations,
                MESSAGES);
        // What a JVM makes once, code and caches, is none of theirs.
        bench.say("warming up: heap");
        each(bench, "heap-warm-up", conversations);
        for (int run = 1; run <= bench.runs(); run++) {
            double each = each(bench, "heap-" + run, conversations);
            bench.figures().add("heap per conversation in memory", "bytes", each, how);
            bench.say(String.format(Locale.ROOT, "heap: %,.0f bytes per conversation", each));
        }
    }

    private static double each(Workbench bench, String prefix, int conversations) throws Exception {
        try (Subject node = bench.start(NodeSettings.service())) {
            Workbench.settle(node, prefix + "-settle", java.time.Instant.now());
            Workbench.quiet(node);
            int residentBefore = node.resident().size();
            long before = settled();
            Workbench.prepare(
                    conversations * MESSAGES, i -> Workbench.send(node, Traffic.key(prefix, i % conversations), i));
            Workbench.quiet(node);
            long after = settled();
            WrongCount.unlessEqual(
                    "conversations in memory",
                    residentBefore + conversations,
                    node.resident().size());
            return (after - before) / (double) conversations;
        }
    }

    /** The heap in use, in bytes, after full collections. */
    static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The same when it has become steady: the timer of a question that was answered is kept until its time has come. */
    private static long settled() {
        long least = used();
        for (int second = 1; second <= LONGEST_TIMER.toSeconds(); second++) {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            least = Math.min(least, used());
        }
        return least;
    }
}

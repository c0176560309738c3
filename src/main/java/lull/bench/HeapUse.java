package lull.bench;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Set;

/** What a conversation in memory takes. */
final class HeapUse implements Measurement {

    private static final int MESSAGES = 10;

    @Override
    public Set<String> names() {
        return Set.of("heap");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        int conversations = bench.sized(20_000, 5_000);
        for (int run = 1; run <= bench.runs(); run++) {
            try (Subject node = bench.start(NodeSettings.service())) {
                String prefix = "heap-" + run;
                Workbench.settle(node, prefix + "-settle", java.time.Instant.now());
                Workbench.quiet(node);
                int residentBefore = node.resident().size();
                long before = used();
                Workbench.prepare(
                        conversations * MESSAGES, i -> Workbench.send(node, Traffic.key(prefix, i % conversations), i));
                Workbench.quiet(node);
                double each = (used() - before) / (double) conversations;
                WrongCount.unlessEqual(
                        "conversations in memory",
                        residentBefore + conversations,
                        node.resident().size());
                bench.figures()
                        .add(
                                "heap per conversation in memory",
                                "bytes",
                                each,
                                String.format(
                                        Locale.ROOT,
                                        "%,d conversations with %d messages each, after a full collection",
                                        conversations,
                                        MESSAGES));
                bench.say(String.format(Locale.ROOT, "heap: %,.0f bytes per conversation", each));
            }
        }
    }

    /** The heap in use, in bytes, after full collections. */
    static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}

package lull.bench;

import java.util.Locale;
import java.util.Set;

/** Far more conversations than may be in memory are asked for, one after the other: memory stays as full as it may be. */
final class ResidentBound implements Measurement {

    private static final int SAMPLES = 10;

    /** Those that are on their way out, of the limit. */
    private static final double LEAVING = 0.1;

    @Override
    public Set<String> names() {
        return Set.of("memory");
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        int conversations = bench.sized(1_000_000, 100_000);
        int limit = conversations / 10;
        NodeSettings settings =
                NodeSettings.externalClock().with("lull.resident-conversations", Integer.toString(limit));
        try (Subject node = bench.apart(Growth.HOME).start(settings)) {
            Growth.ahead(node, conversations);
            Workbench.quiet(node);
            long empty = HeapUse.used();
            String how = String.format(
                    Locale.ROOT,
                    "%,d conversations recovered and read, limit %,d; looked at %d times on the way",
                    conversations,
                    limit,
                    SAMPLES);
            int each = conversations / SAMPLES;
            for (int sample = 0; sample < SAMPLES; sample++) {
                int first = sample * each;
                Workbench.prepare(
                        each,
                        i -> node.conversations()
                                .get(Workbench.id(Traffic.key(Growth.AHEAD, first + i)))
                                .thenAccept(it -> WrongCount.unless(it.isPresent(), "a conversation was not found")));
                long used = HeapUse.used() - empty;
                int resident = node.resident().size();
                WrongCount.unless(
                        resident <= limit * (1 + LEAVING),
                        resident + " conversations in memory, where " + limit + " may be");
                bench.figures().add("memory: conversations in memory", "", resident, how);
                bench.figures()
                        .add("memory: heap for them", "MB", used / 1e6, "after a full collection, less that before");
                bench.say(String.format(
                        Locale.ROOT,
                        "memory: %,d of %,d touched, %,d in memory, %.0f MB",
                        first + each,
                        conversations,
                        resident,
                        used / 1e6));
            }
        }
    }
}

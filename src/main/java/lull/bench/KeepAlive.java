package lull.bench;

import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;

/** Messages to active conversations: each is stored and pushes a timeout. Inside the node, and over HTTP from another process. */
final class KeepAlive implements Measurement {

    private static final String ENTITIES = "entities";
    private static final String HTTP = "http";
    private static final String STREAM = "stream";

    /** A stream has 32 lines under way. */
    private static final int STREAMS = 2;

    @Override
    public Set<String> names() {
        return Set.of(ENTITIES, HTTP, STREAM);
    }

    @Override
    public void measure(Workbench bench, Set<String> wanted) throws Exception {
        try (Subject node = bench.start(NodeSettings.service());
                ClientProcess client = ClientProcess.start()) {
            Work full = new Work(bench.sized(100_000, 20_000), 5_000);
            for (String way : new String[] {ENTITIES, HTTP, STREAM}) {
                if (wanted.contains(way)) {
                    bench.say("warming up: " + way);
                    for (int warmUp = 1; warmUp <= bench.warmUps(); warmUp++) {
                        new Run(bench, node, client, way, way + "-warm-up-" + warmUp, full).take();
                    }
                }
            }
            for (int run = 1; run <= bench.runs(); run++) {
                for (String way : new String[] {ENTITIES, HTTP, STREAM}) {
                    if (wanted.contains(way)) {
                        new Run(bench, node, client, way, way + "-" + run, full).takeAndNote();
                    }
                }
            }
        }
    }

    private record Work(int messages, int conversations) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%,d messages, %,d conversations, 64 in flight", messages, conversations);
        }
    }

    private record Taken(long acknowledgedNanos, long projectedNanos, Cpu cpu, long clientCpuNanos) {}

    private record Run(Workbench bench, Subject node, ClientProcess client, String way, String prefix, Work work) {

        Taken take() throws SQLException {
            Workbench.open(node, prefix, work.conversations());
            Workbench.quiet(node);
            Cpu before = Cpu.of(node);
            long start = System.nanoTime();
            ClientProcess.Sent sent = send();
            long end = System.nanoTime();
            Workbench.caughtUp(node);
            long projected = System.nanoTime() - end;
            Cpu cpu = Cpu.of(node).since(before);
            verify();
            return new Taken(sent.nanos(), sent.nanos() + projected, cpu, sent.cpuNanos());
        }

        private ClientProcess.Sent send() {
            if (way.equals(ENTITIES)) {
                Traffic traffic = Traffic.of(prefix, work.messages(), work.conversations(), bench.seed());
                long start = System.nanoTime();
                InFlight.closed(work.messages(), Workbench.IN_FLIGHT, i -> Workbench.send(node, traffic.key(i), i));
                return new ClientProcess.Sent(System.nanoTime() - start, 0);
            }
            String how = way.equals(HTTP) ? "single" : "stream";
            int width = way.equals(HTTP) ? Workbench.IN_FLIGHT : STREAMS;
            return client.send(
                    how, node.httpPort(), width, prefix, work.messages(), work.conversations(), bench.seed());
        }

        private void verify() throws SQLException {
            long messages = Workbench.count(
                    node,
                    "select count(*) from event_journal where persistence_id like ? and event_ser_manifest = 'message'",
                    Workbench.like(prefix));
            WrongCount.unlessEqual("messages stored", (long) work.messages() + work.conversations(), messages);
            long rows =
                    Workbench.count(node, "select count(*) from conversation where id like ?", Workbench.like(prefix));
            WrongCount.unlessEqual("conversations in the read model", (long) work.conversations(), rows);
            long events = Workbench.count(
                    node, "select sum(sequence) from conversation where id like ?", Workbench.like(prefix));
            WrongCount.unlessEqual(
                    "events in the read model", (long) work.messages() + 3L * work.conversations(), events);
        }

        void takeAndNote() throws SQLException {
            Taken taken = take();
            String name = way.equals(ENTITIES)
                    ? "keep-alive, entities"
                    : way.equals(HTTP) ? "keep-alive, HTTP, one message a request" : "keep-alive, HTTP, line stream";
            String how = way.equals(ENTITIES)
                    ? work + ", until acknowledged"
                    : way.equals(HTTP)
                            ? work + ", as many connections from another process"
                            : work + " on " + STREAMS + " streams from another process";
            double rate = work.messages() * 1e9 / taken.acknowledgedNanos();
            bench.figures().add(name, "messages/s", rate, how);
            if (way.equals(ENTITIES)) {
                double projected = work.messages() * 1e9 / taken.projectedNanos();
                bench.figures()
                        .add(name + " and read model", "messages/s", projected, "until all is in the read model");
            }
            double client = taken.clientCpuNanos() / 1e3 / work.messages();
            if (client > 0) {
                bench.figures().add(name + ": CPU of the client", "µs/message", client, "its process");
            }
            bench.say(String.format(Locale.ROOT, "%s: %,.0f messages/s", name, rate)
                    + taken.cpu().note(bench.figures(), name, "message", work.messages())
                    + (client > 0 ? String.format(Locale.ROOT, ", client %.0f", client) : ""));
        }
    }
}

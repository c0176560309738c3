package lull.bench;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import lull.sweep.TickReport;

/**
 * One tick that brings many conversations from active to idle.
 *
 * @param nanos until all transitions were committed and in the read model
 */
record Strike(long nanos, Cpu cpu) {

    /** @throws WrongCount if not exactly those conversations, each of three events, made one transition each */
    static Strike take(Subject node, String prefix, int conversations, Instant now) throws SQLException {
        Cpu before = Cpu.of(node);
        long start = System.nanoTime();
        TickReport report =
                node.ticks().tick(Optional.of(now)).toCompletableFuture().join();
        Workbench.caughtUp(node);
        long nanos = System.nanoTime() - start;
        Cpu cpu = Cpu.of(node).since(before);
        WrongCount.unless(report.complete(), "the tick did not come to every slice: " + report);
        WrongCount.unlessEqual(
                "transitions reported", conversations, report.swept().transitioned());
        WrongCount.unlessEqual("failures reported", 0, report.swept().failed());
        verify(node, prefix, conversations);
        return new Strike(nanos, cpu);
    }

    double perSecond(int conversations) {
        return conversations * 1e9 / nanos;
    }

    static void verify(Store store, String prefix, int conversations) throws SQLException {
        WrongCount.unlessEqual(
                "transitions stored",
                (long) conversations,
                Workbench.count(
                        store,
                        "select count(distinct persistence_id) from event_journal"
                                + " where persistence_id like ? and event_ser_manifest = 'idle'",
                        Workbench.like(prefix)));
        WrongCount.unlessEqual(
                "events stored",
                4L * conversations,
                Workbench.count(
                        store,
                        "select count(*) from event_journal where persistence_id like ?",
                        Workbench.like(prefix)));
        WrongCount.unlessEqual(
                "idle conversations in the read model",
                (long) conversations,
                Workbench.count(
                        store,
                        "select count(*) from conversation where id like ? and state = 2 and sequence = 4",
                        Workbench.like(prefix)));
    }
}

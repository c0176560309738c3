package lull.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import lull.faults.Request.Kind;
import lull.model.Limits;

/** Evidence of one conversation, written by hand: honest at first, then doctored by a test. */
final class Histories {

    static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
    static final Limits LIMITS = new Limits(
            Duration.ofSeconds(5),
            Optional.of(Duration.ofSeconds(5)),
            Optional.of(Duration.ofHours(24)),
            Optional.of(Duration.ofHours(24)));
    static final String NAME = "t-7";

    /** How long after its time a timeout is recorded here. */
    static final Duration SEEN_AFTER = Duration.ofMillis(800);

    private static final Instant LATER = START.plusSeconds(600);

    final List<JournalRow> rows = new ArrayList<>();
    final List<LoadRecord> sent = new ArrayList<>();
    Optional<ReadModelRow> row = Optional.empty();
    final List<Zombie> zombies = new ArrayList<>();
    final List<LogLine> logs = new ArrayList<>();
    Duration bound = Duration.ofSeconds(2);
    Instant settled = LATER;

    private String writer = "first";
    private String node = "n1";

    /**
     * Two sessions, and all kinds of events: answered, idle, back, idle, expired; opened again, closed by the user; a closing that
     * came too late. Two nodes took part.
     */
    static Histories honest() {
        Histories it = new Histories();
        it.transition(1, "opened", "", "pending", "opened", 0, 0);
        it.message(1, "m1", "inbound", 0, "pending");
        it.transition(1, "reply", "pending", "active", "reply", 1, 1);
        it.message(1, "m2", "outbound", 1, "active");
        it.message(1, "m3", "inbound", 3, "active");
        it.timeout(1, "idle", "active", "idle", "idle-timeout", 8);
        it.writer = "second";
        it.node = "n2";
        it.transition(1, "reactivated", "idle", "active", "reactivated", 9, 9);
        it.message(1, "m4", "inbound", 9, "active");
        it.timeout(1, "idle", "active", "idle", "idle-timeout", 14);
        it.timeout(1, "expired", "idle", "expired", "idle-expired", 19);
        it.look(1, "expired", 25);
        it.transition(2, "opened", "", "pending", "opened", 30, 30);
        it.message(2, "m5", "inbound", 30, "pending");
        it.closing(2, "m6", "ended", "pending", "closed", 31);
        it.closing(2, "m7", "closing-ignored", "", "closed", 32);
        it.row = Optional.of(new ReadModelRow(
                NAME, 2, "closed", at(30), at(31), at(30), Optional.empty(), Optional.empty(), LIMITS, it.rows.size()));
        return it;
    }

    /** One that is still live: active since its second message. */
    static Histories live() {
        Histories it = new Histories();
        it.transition(1, "opened", "", "pending", "opened", 0, 0);
        it.transition(1, "reply", "pending", "active", "reply", 0, 0);
        it.message(1, "m1", "outbound", 0, "active");
        it.message(1, "m2", "inbound", 2, "active");
        it.settled = at(6);
        it.row = Optional.of(new ReadModelRow(
                NAME, 1, "active", at(0), at(0), at(2), Optional.of(at(7)), Optional.of("idle-timeout"), LIMITS, 4));
        return it;
    }

    static Instant at(double seconds) {
        return START.plusNanos((long) (seconds * 1e9));
    }

    private void transition(int session, String kind, String from, String to, String reason, double at, double seen) {
        add(session, kind, from, to, reason, at, Optional.of(at(seen)), Optional.empty(), "");
    }

    private void timeout(int session, String kind, String from, String to, String reason, double at) {
        transition(session, kind, from, to, reason, at, at + SEEN_AFTER.toMillis() / 1000.0);
    }

    private void message(int session, String id, String direction, double at, String state) {
        add(session, "message", "", "", "", at, Optional.empty(), Optional.of(id), direction);
        acknowledge(Kind.MESSAGE, id, 200, session, state, at);
    }

    private void closing(int session, String id, String kind, String from, String to, double at) {
        boolean accepted = kind.equals("ended");
        add(
                session,
                kind,
                from,
                to,
                accepted ? to : "",
                at,
                accepted ? Optional.of(at(at)) : Optional.empty(),
                Optional.of(id),
                "user");
        acknowledge(Kind.CLOSE, id, accepted ? 200 : 409, session, to, at);
    }

    private void add(
            int session,
            String kind,
            String from,
            String to,
            String reason,
            double at,
            Optional<Instant> observed,
            Optional<String> id,
            String who) {
        rows.add(new JournalRow(
                100 + 10 * rows.size(),
                NAME,
                rows.size() + 1,
                writer,
                kind,
                session,
                at(at),
                observed,
                from,
                to,
                reason,
                id,
                who,
                kind.equals("opened") ? Optional.of(LIMITS) : Optional.empty(),
                Optional.of(new JournalRow.Stored(node, observed.orElse(at(at)).plusMillis(20)))));
    }

    private void acknowledge(Kind kind, String id, int status, int session, String state, double at) {
        sent.add(new LoadRecord(
                sent.size() + 1,
                1,
                false,
                kind,
                NAME,
                Optional.of(id),
                "",
                at(at),
                at(at),
                at(at + 0.03),
                Optional.of(node),
                Outcome.ACKNOWLEDGED,
                status,
                session,
                state,
                status == 200 ? Optional.of(at(at)) : Optional.empty(),
                0,
                true,
                ""));
    }

    private void look(int session, String state, double at) {
        sent.add(new LoadRecord(
                sent.size() + 1,
                1,
                false,
                Kind.LOOK,
                NAME,
                Optional.empty(),
                "",
                at(at),
                at(at),
                at(at + 0.01),
                Optional.of(node),
                Outcome.ACKNOWLEDGED,
                200,
                session,
                state,
                Optional.empty(),
                rows.size(),
                true,
                ""));
    }

    // What a test does to it.

    int indexOf(Predicate<JournalRow> which) {
        for (int i = 0; i < rows.size(); i++) {
            if (which.test(rows.get(i))) {
                return i;
            }
        }
        throw new IllegalArgumentException("there is no such event");
    }

    void change(Predicate<JournalRow> which, UnaryOperator<JournalRow> how) {
        int index = indexOf(which);
        rows.set(index, how.apply(rows.get(index)));
    }

    /** Takes an event out, and closes the gap in the numbers. */
    void remove(Predicate<JournalRow> which) {
        rows.remove(indexOf(which));
        number();
    }

    /** Puts an event in behind another. */
    void insertAfter(int index, JournalRow added) {
        rows.add(index + 1, added);
        number();
    }

    private void number() {
        for (int i = 0; i < rows.size(); i++) {
            JournalRow it = rows.get(i);
            rows.set(i, with(it, 100 + 10 * i, i + 1, it.writer(), it.at(), it.observedAt(), it.id(), it.stored()));
        }
        sent.replaceAll(it -> it.kind() == Kind.LOOK ? lookedAt(it, indexOf(JournalRow::isByTime) + 1L) : it);
        row = row.map(it -> new ReadModelRow(
                it.conversation(),
                it.session(),
                it.state(),
                it.openedAt(),
                it.since(),
                it.lastActivity(),
                it.deadline(),
                it.rule(),
                it.policy(),
                rows.size()));
    }

    /** So that only what a test has in mind is wrong. */
    private static LoadRecord lookedAt(LoadRecord look, long sequence) {
        return new LoadRecord(
                look.number(),
                look.attempt(),
                look.again(),
                look.kind(),
                look.conversation(),
                look.id(),
                look.detail(),
                look.planned(),
                look.begun(),
                look.ended(),
                look.node(),
                look.outcome(),
                404,
                0,
                "",
                look.at(),
                sequence,
                look.last(),
                look.note());
    }

    static JournalRow with(
            JournalRow it,
            long position,
            long sequence,
            String writer,
            Instant at,
            Optional<Instant> observedAt,
            Optional<String> id,
            Optional<JournalRow.Stored> stored) {
        return new JournalRow(
                position,
                it.conversation(),
                sequence,
                writer,
                it.kind(),
                it.session(),
                at,
                observedAt,
                it.from(),
                it.to(),
                it.reason(),
                id,
                it.who(),
                it.policy(),
                stored);
    }

    static JournalRow at(JournalRow it, Instant at, Instant observedAt) {
        return with(it, it.position(), it.sequence(), it.writer(), at, Optional.of(observedAt), it.id(), it.stored());
    }

    static JournalRow by(JournalRow it, String writer) {
        return with(it, it.position(), it.sequence(), writer, it.at(), it.observedAt(), it.id(), it.stored());
    }

    static JournalRow stored(JournalRow it, String node, Instant when) {
        return with(
                it,
                it.position(),
                it.sequence(),
                it.writer(),
                it.at(),
                it.observedAt(),
                it.id(),
                Optional.of(new JournalRow.Stored(node, when)));
    }

    Verdict judged() {
        Findings findings = new Findings();
        ZombieCheck zombieCheck = new ZombieCheck(findings, zombies);
        var check = new ConversationCheck(findings, LIMITS, bound, settled, zombieCheck);
        check.check(new ConversationEvidence(NAME, rows, sent, row));
        LogCheck logCheck = new LogCheck(findings, zombieCheck);
        logs.forEach(logCheck::check);
        check.report();
        logCheck.report();
        return findings.verdict();
    }
}

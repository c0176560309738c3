package lull.faults;

import static lull.faults.Histories.at;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import lull.faults.Request.Kind;
import org.junit.jupiter.api.Test;

/** The checker is given evidence that was tampered with, and must say what is wrong with it, by name. */
class CheckerTest {

    private final Histories honest = Histories.honest();

    @Test
    void finds_nothing_in_honest_evidence() {
        Verdict verdict = honest.judged();

        assertThat(verdict.ok()).as("%s", verdict).isTrue();
        assertThat(verdict.of(Invariant.TIMEOUTS_ONCE).checked()).isEqualTo(3);
        assertThat(verdict.of(Invariant.ACKNOWLEDGED).checked()).isGreaterThanOrEqualTo(7);
        assertThat(verdict.figure("lateness max")).contains("800 ms");
        assertThat(verdict.figure("changes of writer")).contains("1");
    }

    @Test
    void asks_for_nothing_that_is_still_to_come() {
        Verdict verdict = Histories.live().judged();

        assertThat(verdict.ok()).as("%s", verdict).isTrue();
        assertThat(verdict.figure("still to come")).contains("2");
    }

    @Test
    void finds_a_lost_message() {
        honest.remove(it -> it.id().equals(Optional.of("m3")));

        assertThat(broken(honest)).contains(Invariant.ACKNOWLEDGED);
        assertThat(honest.judged().of(Invariant.ACKNOWLEDGED).examples()).anyMatch(it -> it.contains("lost: t-7"));
    }

    @Test
    void finds_a_whole_conversation_that_is_lost() {
        honest.rows.clear();

        assertThat(broken(honest)).contains(Invariant.ACKNOWLEDGED, Invariant.READ_MODEL);
    }

    @Test
    void finds_a_message_that_was_recorded_twice() {
        int index = honest.indexOf(it -> it.id().equals(Optional.of("m3")));
        honest.insertAfter(index, honest.rows.get(index));

        assertThat(broken(honest)).containsExactly(Invariant.ACKNOWLEDGED);
    }

    @Test
    void finds_an_answer_that_says_something_else_than_the_journal() {
        answered("m3", 2, "active", at(3));
        assertThat(broken(honest)).containsExactly(Invariant.ACKNOWLEDGED);

        answered("m3", 1, "idle", at(3));
        assertThat(broken(honest)).containsExactly(Invariant.ACKNOWLEDGED);

        answered("m3", 1, "active", at(3.5));
        assertThat(broken(honest)).containsExactly(Invariant.ACKNOWLEDGED);
    }

    @Test
    void finds_a_message_that_nobody_can_have_sent() {
        honest.sent.replaceAll(
                it -> it.id().equals(Optional.of("m5")) ? with(it, Outcome.NOT_SENT, 0, 0, "", Optional.empty()) : it);

        assertThat(broken(honest)).containsExactly(Invariant.ACKNOWLEDGED);
    }

    @Test
    void takes_a_message_of_unknown_outcome_either_way() {
        honest.sent.replaceAll(
                it -> it.id().equals(Optional.of("m5")) ? with(it, Outcome.TIMEOUT, 0, 0, "", Optional.empty()) : it);
        honest.sent.add(with(request("m99"), Outcome.RESET, 0, 0, "", Optional.empty()));

        Verdict verdict = honest.judged();

        assertThat(verdict.ok()).as("%s", verdict).isTrue();
        assertThat(verdict.figure("ids never acknowledged")).contains("2, of which recorded 1");
    }

    @Test
    void finds_a_gap_in_the_sequence_numbers() {
        honest.change(
                it -> it.sequence() == 5,
                it -> Histories.with(
                        it, it.position(), 6, it.writer(), it.at(), it.observedAt(), it.id(), it.stored()));

        assertThat(broken(honest)).contains(Invariant.ONE_WRITER);
    }

    @Test
    void finds_writers_that_interleave() {
        honest.change(it -> it.sequence() == 9, it -> Histories.by(it, "first"));

        assertThat(broken(honest)).containsExactly(Invariant.ONE_WRITER);
    }

    @Test
    void finds_a_timeout_that_came_early() {
        honest.change(it -> it.sequence() == 6, it -> Histories.at(it, at(7), at(7.5)));

        assertThat(broken(honest)).contains(Invariant.TIMEOUTS_ONCE, Invariant.LATENESS);
    }

    @Test
    void finds_a_timeout_that_was_seen_before_its_time() {
        honest.change(it -> it.sequence() == 6, it -> Histories.at(it, at(8), at(7.9)));

        assertThat(broken(honest)).containsExactly(Invariant.LATENESS);
    }

    @Test
    void finds_a_timeout_that_came_late() {
        honest.change(it -> it.sequence() == 10, it -> Histories.at(it, at(19), at(22)));

        assertThat(broken(honest)).containsExactly(Invariant.LATENESS);
        assertThat(honest.judged().figure("latest")).get().asString().contains("t-7 #10 expired");
    }

    @Test
    void finds_a_timeout_of_the_wrong_time() {
        honest.change(it -> it.sequence() == 10, it -> Histories.at(it, at(19.5), at(20)));

        assertThat(broken(honest)).contains(Invariant.TIMEOUTS_ONCE);
    }

    @Test
    void finds_a_timeout_that_is_missing() {
        Histories live = Histories.live();
        live.settled = at(9);

        assertThat(broken(live)).containsExactly(Invariant.TIMEOUTS_ONCE);
        assertThat(live.judged().of(Invariant.TIMEOUTS_ONCE).examples())
                .singleElement()
                .asString()
                .startsWith("missing:");
    }

    @Test
    void finds_a_timeout_that_was_applied_twice() {
        honest.insertAfter(9, honest.rows.get(9));

        assertThat(broken(honest)).contains(Invariant.TIMEOUTS_ONCE, Invariant.STATE_MACHINE);
        assertThat(honest.judged().of(Invariant.TIMEOUTS_ONCE).examples())
                .singleElement()
                .asString()
                .startsWith("applied twice:");
    }

    @Test
    void finds_a_message_that_should_have_brought_it_back() {
        honest.remove(it -> it.kind().equals("reactivated"));

        assertThat(broken(honest)).contains(Invariant.MESSAGES, Invariant.STATE_MACHINE);
    }

    @Test
    void finds_a_timeout_that_a_message_had_called_off() {
        // As if the third message had not put off the timeout of the second.
        honest.change(it -> it.sequence() == 6, it -> Histories.at(it, at(6), at(6.5)));

        assertThat(broken(honest)).contains(Invariant.TIMEOUTS_ONCE, Invariant.LATENESS);
    }

    @Test
    void finds_an_ignored_closing_that_should_have_ended_the_session() {
        honest.remove(it -> it.kind().equals("ended"));

        assertThat(broken(honest)).contains(Invariant.MESSAGES, Invariant.ACKNOWLEDGED, Invariant.STATE_MACHINE);
    }

    @Test
    void finds_time_that_goes_back() {
        honest.change(
                it -> it.id().equals(Optional.of("m3")),
                it -> Histories.with(
                        it, it.position(), it.sequence(), it.writer(), at(0.5), it.observedAt(), it.id(), it.stored()));

        assertThat(broken(honest)).contains(Invariant.MONOTONIC);
    }

    @Test
    void finds_a_transition_that_no_state_allows() {
        JournalRow idle = honest.rows.get(5);
        honest.rows.set(5, honest.rows.get(6));
        honest.rows.set(6, idle);

        assertThat(broken(honest)).contains(Invariant.STATE_MACHINE, Invariant.MONOTONIC, Invariant.ONE_WRITER);
    }

    @Test
    void finds_a_session_under_another_policy() {
        honest.change(
                it -> it.kind().equals("opened"),
                it -> new JournalRow(
                        it.position(),
                        it.conversation(),
                        it.sequence(),
                        it.writer(),
                        it.kind(),
                        it.session(),
                        it.at(),
                        it.observedAt(),
                        it.from(),
                        it.to(),
                        it.reason(),
                        it.id(),
                        it.who(),
                        Optional.of(new lull.model.Limits(
                                Duration.ofMinutes(1), Optional.empty(), Optional.empty(), Optional.empty())),
                        it.stored()));

        assertThat(broken(honest)).containsExactly(Invariant.STATE_MACHINE);
    }

    @Test
    void finds_a_look_at_what_never_was() {
        honest.sent.replaceAll(it -> it.kind() == Kind.LOOK ? with(it, it.outcome(), 200, 1, "idle", it.at()) : it);

        assertThat(broken(honest)).containsExactly(Invariant.STATE_MACHINE);
    }

    @Test
    void finds_a_row_of_the_read_model_that_is_wrong() {
        Histories live = Histories.live();
        live.row = live.row.map(it -> new ReadModelRow(
                it.conversation(),
                it.session(),
                it.state(),
                it.openedAt(),
                it.since(),
                it.lastActivity(),
                Optional.of(at(7.001)),
                it.rule(),
                it.policy(),
                it.sequence()));

        assertThat(broken(live)).containsExactly(Invariant.STATE_MACHINE);
    }

    @Test
    void finds_a_row_of_the_read_model_that_is_behind_or_not_there() {
        honest.row = honest.row.map(it -> new ReadModelRow(
                it.conversation(),
                2,
                "closed",
                at(30),
                at(31),
                at(30),
                Optional.empty(),
                Optional.empty(),
                it.policy(),
                it.sequence() - 1));
        assertThat(broken(honest)).containsExactly(Invariant.READ_MODEL);

        honest.row = Optional.empty();
        assertThat(broken(honest)).containsExactly(Invariant.READ_MODEL);
    }

    @Test
    void finds_what_a_zombie_decided_after_its_pause() {
        Zombie zombie = new Zombie("n2", at(10), at(25), at(40));
        honest.zombies.add(zombie);

        assertThat(broken(honest)).containsExactly(Invariant.ZOMBIES);
        assertThat(honest.judged().of(Invariant.ZOMBIES).violations()).isEqualTo(4);
    }

    @Test
    void lets_a_zombie_store_what_it_had_decided_before() {
        honest.zombies.add(new Zombie("n1", at(8.8), at(25), at(26)));
        honest.change(it -> it.sequence() == 6, it -> Histories.stored(it, "n1", at(25.5)));

        Verdict verdict = honest.judged();

        assertThat(verdict.ok()).as("%s", verdict).isTrue();
        assertThat(verdict.figure("zombies")).contains("1, which stored 1 old rows");
    }

    @Test
    void lets_a_node_go_on_after_a_short_pause_or_another_life_of_it() {
        honest.zombies.add(new Zombie("n2", at(20), at(29)));
        honest.zombies.add(new Zombie("n2", at(10), at(21), at(22)));

        assertThat(broken(honest)).isEmpty();
    }

    @Test
    void does_not_judge_a_zombie_without_notes_of_who_stored_what() {
        honest.zombies.add(new Zombie("n1", at(100), at(150), at(160)));
        honest.rows.replaceAll(it -> Histories.with(
                it, it.position(), it.sequence(), it.writer(), it.at(), it.observedAt(), it.id(), Optional.empty()));

        assertThat(broken(honest)).containsExactly(Invariant.ZOMBIES);
    }

    @Test
    void finds_neighbours_that_a_zombie_has_hurt() {
        honest.logs.add(line(
                "n1",
                at(31),
                "WARN",
                "A batch of 17 writes failed: ERROR: duplicate key value violates unique constraint"
                        + " \"event_journal_pkey\""));
        assertThat(broken(honest)).containsExactly(Invariant.ZOMBIES);

        honest.logs.clear();
        honest.logs.add(line("n1", at(51), "WARN", "default|t-7 has a second writer, which was first"));
        assertThat(broken(honest)).isEmpty();

        honest.zombies.add(new Zombie("n2", at(35), at(50), at(52)));
        assertThat(broken(honest)).containsExactly(Invariant.ZOMBIES);
    }

    @Test
    void lets_the_zombie_itself_come_second() {
        honest.zombies.add(new Zombie("n2", at(35), at(50), at(52)));
        honest.logs.add(line("n2", at(51), "WARN", "default|t-7 has a second writer, which was first"));

        assertThat(broken(honest)).isEmpty();
        assertThat(honest.judged().figure("writes that came second, by node")).contains("{n2=1}");
    }

    @Test
    void finds_a_node_that_could_not_make_sense_of_a_history() {
        honest.logs.add(
                line("n1", at(5), "ERROR", "session 1 is idle at ..., so this is of another history: Opened[]"));

        assertThat(broken(honest)).containsExactly(Invariant.STATE_MACHINE);
    }

    @Test
    void finds_requests_that_fail_long_after_the_last_fault() {
        Findings findings = new Findings();
        LivenessCheck check = new LivenessCheck(findings, at(0));

        check.check(with(request("m1"), Outcome.UNAVAILABLE, 503, 0, "", Optional.empty()));
        assertThat(findings.verdict().ok()).isTrue();

        LoadRecord late = with(honest.sent.get(honest.sent.size() - 1), Outcome.TIMEOUT, 0, 0, "", Optional.empty());
        check.check(late);
        assertThat(findings.verdict().of(Invariant.LIVENESS).ok()).isFalse();
    }

    @Test
    void finds_a_feed_that_lacks_a_line_or_has_one_too_many_or_another() {
        List<FeedLine> journal = new ArrayList<>();
        honest.rows.stream()
                .filter(JournalRow::isTransition)
                .map(FeedLine::transition)
                .forEach(journal::add);
        assertThat(feed(journal, journal).ok()).isTrue();

        List<FeedLine> fewer = new ArrayList<>(journal);
        fewer.remove(3);
        assertThat(feed(journal, fewer).of(Invariant.READ_MODEL).ok()).isFalse();
        assertThat(feed(journal, journal.subList(0, 4)).of(Invariant.READ_MODEL).violations())
                .isEqualTo(journal.size() - 4);

        assertThat(feed(fewer, journal).of(Invariant.STATE_MACHINE).ok()).isFalse();

        List<FeedLine> other = new ArrayList<>(journal);
        other.set(2, new FeedLine(other.get(2).position(), Histories.NAME, "session=9 "));
        assertThat(feed(journal, other).of(Invariant.STATE_MACHINE).ok()).isFalse();
    }

    @Test
    void reads_lines_of_a_log_and_passes_over_the_rest() {
        assertThat(LogLine.parse(
                        "n1", "2026-11-22T12:00:00.123Z WARN  lull.journal.JournalWriter - a|b has a second writer"))
                .contains(new LogLine(
                        "n1",
                        Instant.parse("2026-11-22T12:00:00.123Z"),
                        "WARN",
                        "lull.journal.JournalWriter",
                        "a|b has a second writer"));
        assertThat(LogLine.parse("n1", "\tat java.lang.Thread.run(Thread.java:840)"))
                .isEmpty();
        assertThat(LogLine.parse("n1", "fooZ WARN x - y")).isEmpty();
    }

    @Test
    void prints_a_table_that_shows_what_is_wrong() {
        honest.remove(it -> it.id().equals(Optional.of("m3")));

        assertThat(honest.judged().toString())
                .contains("NOT  I1 ", "lost: t-7 MESSAGE id m3", "ok   I6 ", "lateness p99");
    }

    private static Verdict feed(List<FeedLine> journal, List<FeedLine> lines) {
        Findings findings = new Findings();
        new FeedCheck(findings, "feed").check(journal.iterator(), lines.iterator());
        return findings.verdict();
    }

    private static LogLine line(String node, Instant at, String level, String message) {
        return new LogLine(node, at, level, "lull.journal.JournalWriter", message);
    }

    private static Set<Invariant> broken(Histories histories) {
        Verdict verdict = histories.judged();
        return Arrays.stream(Invariant.values())
                .filter(it -> !verdict.of(it).ok())
                .collect(Collectors.toSet());
    }

    private void answered(String id, int session, String state, Instant at) {
        honest.sent.replaceAll(it ->
                it.id().equals(Optional.of(id)) ? with(it, it.outcome(), 200, session, state, Optional.of(at)) : it);
    }

    private LoadRecord request(String id) {
        LoadRecord it = honest.sent.get(0);
        return new LoadRecord(
                99,
                1,
                false,
                Kind.MESSAGE,
                Histories.NAME,
                Optional.of(id),
                "",
                it.planned(),
                it.begun(),
                it.ended(),
                it.node(),
                it.outcome(),
                it.status(),
                it.session(),
                it.state(),
                it.at(),
                0,
                true,
                "");
    }

    private static LoadRecord with(
            LoadRecord it, Outcome outcome, int status, int session, String state, Optional<Instant> at) {
        return new LoadRecord(
                it.number(),
                it.attempt(),
                it.again(),
                it.kind(),
                it.conversation(),
                it.id(),
                it.detail(),
                it.planned(),
                it.begun(),
                it.ended(),
                it.node(),
                outcome,
                status,
                session,
                state,
                at,
                it.sequence(),
                it.last(),
                it.note());
    }
}

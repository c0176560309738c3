package lull.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import lull.domain.Policy;
import lull.model.Limits;

/**
 * Judges a run when its load has ended: waits until nothing moves any more, and then holds what the load client was told, the
 * journal, the read model, the feeds and the nodes' logs against the rules and against each other. What follows from evidence in
 * memory is in the classes that it uses; here is the gathering. A conversation at a time is held in memory, and the client's log.
 */
final class Checker {

    /** What became due so short a time ago may still wait for its tick. */
    private static final Duration TICKING = Duration.ofSeconds(3);

    /** Nothing will happen by itself for so long. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_NANOS = 200_000_000L;
    private static final int QUIET_POLLS = 3;

    private static final List<String> TRANSITIONS =
            List.of("opened", "reply", "idle", "reactivated", "expired", "ended");
    private static final List<String> REQUESTS = List.of("message", "ended", "closing-ignored");

    private final Evidence evidence;
    private final StoredEvidence stored;
    private final Findings findings = new Findings();

    private Checker(Evidence evidence, StoredEvidence stored) {
        this.evidence = evidence;
        this.stored = stored;
    }

    /**
     * Takes as long as it takes until nothing moves, half a minute at most for each thing to wait for. For the rule about zombies
     * {@link StorageNotes#install} must have been called before the load.
     *
     * @throws IllegalStateException if the evidence cannot be had at all
     */
    static Verdict check(Evidence evidence) {
        try (StoredEvidence stored = new StoredEvidence(evidence)) {
            return new Checker(evidence, stored).check();
        } catch (SQLException e) {
            throw new IllegalStateException("the database gave no evidence", e);
        } catch (IOException e) {
            throw new UncheckedIOException("no evidence", e);
        }
    }

    private Verdict check() throws SQLException, IOException {
        Map<String, List<LoadRecord>> sent = sent();
        backlog();
        probe(sent.keySet());
        quiet();
        Instant settled = Instant.now().minus(TICKING);
        stored.freeze();
        conversations(sent, settled);
        try (FeedReader feeds = new FeedReader(evidence.api())) {
            feed(feeds, "transitions", TRANSITIONS, FeedLine::transition, FeedLine::transition);
            feed(feeds, "messages", REQUESTS, FeedLine::message, FeedLine::message);
        }
        return findings.verdict();
    }

    private Map<String, List<LoadRecord>> sent() throws IOException {
        LivenessCheck liveness = new LivenessCheck(findings, evidence.healed());
        Map<String, List<LoadRecord>> byConversation = new HashMap<>();
        evidence.log().forEach(it -> {
            liveness.check(it);
            byConversation
                    .computeIfAbsent(it.conversation(), key -> new ArrayList<>())
                    .add(it);
        });
        return byConversation;
    }

    /** I10. Counts what has been due for longer than a tick, until there is nothing of it any more. */
    private void backlog() throws SQLException {
        Instant until = latest(evidence.healed().plus(PATIENCE), Instant.now().plus(TICKING));
        int empty = 0;
        Instant since = Instant.now();
        long due = stored.due(since.minus(TICKING));
        while (empty < QUIET_POLLS && (empty > 0 || Instant.now().isBefore(until))) {
            empty = due == 0 ? empty + 1 : 0;
            since = empty == 1 ? Instant.now() : since;
            LockSupport.parkNanos(POLL_NANOS);
            due = stored.due(Instant.now().minus(TICKING));
        }
        long left = due;
        findings.check(
                Invariant.BACKLOG,
                left == 0,
                () -> left + " conversations have been due for over " + TICKING + " at " + Instant.now());
        findings.figure("no backlog, after the last fault", Duration.between(evidence.healed(), since));
    }

    private void probe(Set<String> conversations) {
        Instant begun = Instant.now();
        Instant until = latest(evidence.healed(), begun).plus(PATIENCE);
        List<URI> ready = evidence.log().targets().stream()
                .filter(it -> Balancer.isReady(it.management()))
                .map(Load.Target::api)
                .toList();
        if (ready.isEmpty()) {
            findings.violated(Invariant.LIVENESS, "no node is ready");
            return;
        }
        Map<String, String> silent = new Probe(ready, until).ask(conversations);
        for (String conversation : conversations) {
            findings.check(
                    Invariant.LIVENESS,
                    !silent.containsKey(conversation),
                    () -> conversation + " gives no answer: " + silent.get(conversation));
        }
        findings.figure("all answered within", Duration.between(begun, Instant.now()));
    }

    /** Waits until nothing happens any more and the read model has all of it. Whoever is late is found by what follows. */
    private void quiet() throws SQLException {
        Instant end = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(end) && (stored.due(Instant.now().plus(QUIET)) > 0 || stored.behind() > 0)) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void conversations(Map<String, List<LoadRecord>> sent, Instant settled) throws SQLException, IOException {
        ZombieCheck zombies = new ZombieCheck(findings, evidence.zombies());
        ConversationCheck check =
                new ConversationCheck(findings, limits(evidence.policy()), evidence.latenessBound(), settled, zombies);
        Map<String, ReadModelRow> readModel = stored.readModel();
        long events = 0;
        try (StoredEvidence.Rows rows = stored.byConversation()) {
            Optional<JournalRow> ahead = next(rows);
            while (ahead.isPresent()) {
                String conversation = ahead.get().conversation();
                List<JournalRow> history = new ArrayList<>();
                for (;
                        ahead.filter(it -> it.conversation().equals(conversation))
                                .isPresent();
                        ahead = next(rows)) {
                    history.add(ahead.get());
                }
                events += history.size();
                check.check(evidence(conversation, history, sent, readModel));
            }
        }
        // What nothing was recorded of: anything acknowledged there is lost, and a row of the read model is of nobody.
        for (String conversation : List.copyOf(sent.keySet())) {
            check.check(evidence(conversation, List.of(), sent, readModel));
        }
        for (String conversation : List.copyOf(readModel.keySet())) {
            check.check(evidence(conversation, List.of(), sent, readModel));
        }
        LogCheck logs = new LogCheck(findings, zombies);
        logs(logs);
        findings.figure("events", events);
        check.report();
        logs.report();
    }

    private static ConversationEvidence evidence(
            String conversation,
            List<JournalRow> history,
            Map<String, List<LoadRecord>> sent,
            Map<String, ReadModelRow> readModel) {
        return new ConversationEvidence(
                conversation,
                history,
                Optional.ofNullable(sent.remove(conversation)).orElse(List.of()),
                Optional.ofNullable(readModel.remove(conversation)));
    }

    private static Optional<JournalRow> next(Iterator<JournalRow> rows) {
        return rows.hasNext() ? Optional.of(rows.next()) : Optional.empty();
    }

    /** Only what was logged since the load began: the nodes may be older. */
    private void logs(LogCheck check) throws IOException {
        Instant begun = evidence.log().intervals().stream()
                .map(LoadStats::since)
                .min(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        for (Path file : evidence.nodeLogs()) {
            String node = node(file.getFileName().toString());
            try (Stream<String> lines = Files.lines(file)) {
                lines.map(it -> LogLine.parse(node, it))
                        .flatMap(Optional::stream)
                        .filter(it -> !it.at().isBefore(begun))
                        .forEach(check::check);
            }
        }
    }

    private String node(String file) {
        return evidence.log().targets().stream()
                .map(Load.Target::name)
                .filter(file::startsWith)
                .max(Comparator.comparingInt(String::length))
                .orElse(file);
    }

    private void feed(
            FeedReader feeds,
            String feed,
            List<String> kinds,
            Function<JournalRow, FeedLine> expected,
            Function<JsonNode, FeedLine> said)
            throws SQLException, IOException {
        long last = stored.last(kinds);
        Instant end = Instant.now().plus(PATIENCE);
        while (last > 0 && !feeds.hasMore(feed, last - 1) && Instant.now().isBefore(end)) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        List<FeedLine> behind;
        try (StoredEvidence.Rows rows = stored.byPosition(kinds);
                MappingIterator<JsonNode> lines = feeds.read(feed, 0)) {
            behind = new FeedCheck(findings, "feed of " + feed).check(mapped(rows, expected), mine(lines, said));
        }
        if (!behind.isEmpty()) {
            newer(feed, behind, expected);
        }
    }

    /** What a feed has behind the journal as it was frozen must be in the journal as it is. */
    private void newer(String feed, List<FeedLine> behind, Function<JournalRow, FeedLine> expected)
            throws SQLException {
        stored.thaw();
        Set<FeedLine> left = behind.stream().collect(Collectors.toSet());
        try (StoredEvidence.Rows rows =
                stored.at(behind.stream().map(FeedLine::position).toList())) {
            rows.forEachRemaining(it -> left.remove(expected.apply(it)));
        }
        left.forEach(it ->
                findings.violated(Invariant.STATE_MACHINE, "feed of " + feed + " has what the journal has not: " + it));
        stored.freeze();
    }

    private static Iterator<FeedLine> mapped(Iterator<JournalRow> rows, Function<JournalRow, FeedLine> expected) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public FeedLine next() {
                return expected.apply(rows.next());
            }
        };
    }

    /** The lines of this load's conversations. */
    private Iterator<FeedLine> mine(Iterator<JsonNode> lines, Function<JsonNode, FeedLine> said) {
        Pattern mine = Pattern.compile(Pattern.quote(evidence.log().plan().prefix()) + "-\\d+");
        Iterable<JsonNode> all = () -> lines;
        return StreamSupport.stream(all.spliterator(), false)
                .map(said)
                .filter(it -> mine.matcher(it.conversation()).matches())
                .iterator();
    }

    private static Limits limits(Policy policy) {
        return new Limits(policy.idleAfter(), policy.expireAfter(), policy.pendingExpireAfter(), policy.maxAge());
    }

    private static Instant latest(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}

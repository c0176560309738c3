package lull.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A property proves as much as its streams hold, so this counts what is in them. */
class RandomStreamsTest {

    private static final int STREAMS = 2_000;

    private final Map<String, Integer> seen = new TreeMap<>();

    @Test
    void every_nastiness_comes_up_many_times() {
        for (long seed = 1; seed <= STREAMS; seed++) {
            count(RandomStreams.of(seed));
        }

        assertThat(seen)
                .containsKeys(
                        "opened",
                        "reply",
                        "idle-timeout",
                        "reactivated",
                        "pending-timeout",
                        "idle-expired",
                        "max-age",
                        "closed",
                        "failed",
                        "first line is a closing",
                        "tie",
                        "time goes back",
                        "repeated",
                        "repeated, 32 ids ago",
                        "repeated with other contents",
                        "closing without an id",
                        "ignored, outranks, no id",
                        "ignored, no rank, id",
                        "ignored before the first session",
                        "at a deadline",
                        "a nanosecond before a deadline",
                        "a nanosecond after a deadline",
                        "two deadlines at one instant",
                        "nanoseconds",
                        "horizon",
                        "expireAfter absent",
                        "pendingExpireAfter absent",
                        "maxAge absent",
                        "idleAfter = maxAge",
                        "pendingExpireAfter = maxAge",
                        "idleAfter + expireAfter = maxAge",
                        "a duration of 1 ns",
                        "longest durations",
                        "an unrecorded closing, then a line before it");
        assertThat(seen.values()).as(seen.toString()).allMatch(it -> it >= 20);
    }

    private void count(MessageStream stream) {
        var outcome = SlowModel.run(stream.lines(), stream.limits(), stream.horizon());
        outcome.transitions().forEach(it -> saw(it.reason(), true));
        outcome.ignored().forEach(it -> {
            saw("ignored before the first session", it.session() == 0);
            saw("ignored, outranks, no id", it.messageId().isEmpty());
            saw("ignored, no rank, id", it.messageId().isPresent() && it.by().equals(Optional.of("system")));
        });
        countLimits(stream.limits());
        saw("horizon", !stream.horizon().equals(Instant.MAX));
        stream.lines().stream().map(Line::conversation).distinct().forEach(it -> countLines(it, stream, outcome));
    }

    private void countLines(String conversation, MessageStream stream, SlowModel.Outcome outcome) {
        Set<Instant> deadlines = new HashSet<>();
        for (Transition it : outcome.transitions()) {
            if (it.conversation().equals(conversation) && (it.reason().contains("-") && deadlines.add(it.at()))) {
                Limits limits = stream.limits();
                saw("two deadlines at one instant", it.reason().equals("max-age") && meets(it, limits, outcome));
            }
        }
        Instant latest = null;
        Instant untraced = Instant.MIN;
        List<String> ids = new ArrayList<>();
        Map<String, Line> firsts = new HashMap<>();
        for (int i = 0; i < stream.lines().size(); i++) {
            Line line = stream.lines().get(i);
            if (!line.conversation().equals(conversation)) {
                continue;
            }
            if (ids.contains(line.messageId().orElse(""))) {
                saw("repeated", true);
                int back = ids.size() - ids.indexOf(line.messageId().get());
                saw("repeated, 32 ids ago", back == 32);
                assertThat(back).isLessThanOrEqualTo(32);
                saw(
                        "repeated with other contents",
                        !firsts.get(line.messageId().get()).equals(line));
                continue;
            }
            saw("first line is a closing", latest == null && !line.type().equals("message"));
            saw("tie", line.at().equals(latest));
            saw("time goes back", latest != null && line.at().isBefore(latest));
            saw("nanoseconds", line.at().getNano() % 1000 != 0);
            saw("at a deadline", deadlines.contains(line.at()));
            saw("a nanosecond before a deadline", deadlines.contains(line.at().plusNanos(1)));
            saw("a nanosecond after a deadline", deadlines.contains(line.at().minusNanos(1)));
            saw("closing without an id", line.messageId().isEmpty());
            saw("an unrecorded closing, then a line before it", line.at().isBefore(untraced));
            untraced = line.messageId().isEmpty() && !outcome.answers().get(i).accepted() ? line.at() : Instant.MIN;
            latest = latest == null || line.at().isAfter(latest) ? line.at() : latest;
            line.messageId().ifPresent(it -> {
                ids.add(it);
                firsts.put(it, line);
            });
        }
    }

    /** True if max-age won against another deadline at the same instant. */
    private static boolean meets(Transition byAge, Limits limits, SlowModel.Outcome outcome) {
        List<Transition> before = outcome.transitions().stream()
                .filter(it -> it.conversation().equals(byAge.conversation()) && it.session() == byAge.session())
                .filter(it -> !it.equals(byAge))
                .toList();
        Instant entered = before.get(before.size() - 1).at();
        return switch (byAge.from().orElseThrow()) {
            case "pending" -> limits.pendingExpireAfter().map(entered::plus).equals(Optional.of(byAge.at()));
            case "idle" -> limits.expireAfter().map(entered::plus).equals(Optional.of(byAge.at()));
            default -> entered.plus(limits.idleAfter()).equals(byAge.at());
        };
    }

    private void countLimits(Limits limits) {
        Optional<Duration> idle = Optional.of(limits.idleAfter());
        saw("expireAfter absent", limits.expireAfter().isEmpty());
        saw("pendingExpireAfter absent", limits.pendingExpireAfter().isEmpty());
        saw("maxAge absent", limits.maxAge().isEmpty());
        saw("idleAfter = maxAge", limits.maxAge().equals(idle));
        saw("pendingExpireAfter = maxAge", limits.maxAge().equals(limits.pendingExpireAfter()));
        saw(
                "idleAfter + expireAfter = maxAge",
                limits.expireAfter().isPresent()
                        && limits.maxAge().equals(limits.expireAfter().map(limits.idleAfter()::plus)));
        saw("a duration of 1 ns", limits.idleAfter().toNanos() == 1);
        saw("longest durations", limits.idleAfter().toDays() > 3650);
    }

    private void saw(String what, boolean indeed) {
        if (indeed) {
            seen.merge(what, 1, Integer::sum);
        }
    }
}

package lull.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Makes streams that are as nasty as the rules allow: ties, repetitions with other contents, times that go back,
 * closings where there is nothing to close, and lines that arrive exactly at a deadline or a nanosecond beside it.
 * One seed, one stream.
 */
public final class RandomStreams {

    /** A repetition is recognised at least this far back (SEMANTICS, "deduplication"). */
    private static final int REMEMBERED = 32;

    /** The times that the service accepts. */
    private static final Instant FIRST = Instant.EPOCH;

    private static final Instant LAST = Instant.parse("2199-12-31T23:59:59.999999999Z");

    private static final Duration NANO = Duration.ofNanos(1);
    private static final Duration LONGEST = Duration.ofDays(3653);
    private static final List<Duration> UNITS =
            List.of(NANO, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofMinutes(7), Duration.ofHours(24));
    private static final List<Instant> STARTS = List.of(
            FIRST,
            Instant.parse("2024-02-28T23:59:59.999999999Z"),
            Instant.parse("2026-11-22T12:00:00Z"),
            Instant.parse("2199-12-31T23:00:00Z"));
    private static final List<String> WHO = List.of("user", "agent", "support", "system");

    private final Random random;
    private final Duration unit;
    private final Limits limits;
    private final boolean oracle;

    private RandomStreams(long seed, Optional<Limits> limits, boolean oracle) {
        // Neighbouring seeds of java.util.Random begin alike.
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.oracle = oracle;
        unit = limits.map(Limits::idleAfter).orElseGet(() -> oneOf(UNITS));
        this.limits = limits.orElseGet(this::someLimits);
    }

    /** A stream with everything in it. */
    public static MessageStream of(long seed) {
        return new RandomStreams(seed, Optional.empty(), false).stream(seed);
    }

    /** A policy. */
    public static Limits limits(long seed) {
        return new RandomStreams(seed, Optional.empty(), false).limits;
    }

    /**
     * A stream in the oracle's words: it knows no failures, and what it ignores still moves its clock, as only a line
     * with an id does here.
     */
    public static MessageStream forOracle(long seed, Limits limits) {
        return new RandomStreams(seed, Optional.of(limits), true).stream(seed);
    }

    private MessageStream stream(long seed) {
        boolean deep = chance(10); // more ids than are remembered
        int conversations = deep ? 1 : 1 + random.nextInt(3);
        int length = deep ? 40 + random.nextInt(60) : 1 + random.nextInt(30);
        Instant start = oneOf(STARTS);
        Map<String, Talk> talks = new LinkedHashMap<>();
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            String name = "c" + random.nextInt(conversations);
            lines.add(talks.computeIfAbsent(name, it -> new Talk(it, start)).next());
        }
        Limits other = someLimits();
        Instant horizon =
                oracle || chance(70) ? Instant.MAX : around(oneOf(lines).at());
        List<Line> happened =
                lines.stream().filter(it -> !it.at().isAfter(horizon)).toList();
        return new MessageStream(seed, limits, other, horizon, happened);
    }

    /** Few different durations, so that deadlines meet. */
    private Limits someLimits() {
        if (chance(3)) {
            return new Limits(LONGEST, Optional.of(LONGEST), Optional.of(LONGEST), Optional.of(LONGEST));
        }
        Duration idle = someDuration();
        Optional<Duration> expire = maybe(chance(25) ? idle : someDuration());
        Optional<Duration> pending = maybe(chance(25) ? idle : someDuration());
        Duration age;
        switch (random.nextInt(5)) {
            case 0 -> age = idle;
            case 1 -> age = pending.orElse(idle);
            case 2 -> age = idle.plus(expire.orElse(unit));
            case 3 -> age = unit.multipliedBy(4 + random.nextInt(12));
            default -> age = someDuration();
        }
        return new Limits(idle, expire, pending, maybe(age));
    }

    private Duration someDuration() {
        Duration some = unit.multipliedBy(1 + random.nextInt(4));
        return unit.compareTo(NANO) > 0 && chance(10) ? some.plusNanos(random.nextInt(3) - 1) : some;
    }

    private Optional<Duration> maybe(Duration duration) {
        return chance(75) ? Optional.of(duration) : Optional.empty();
    }

    private Instant around(Instant at) {
        Instant other = at.plus(oneOf(interesting())).plusNanos(random.nextInt(3) - 1);
        return other.isBefore(FIRST) ? FIRST : other.isAfter(LAST) ? LAST : other;
    }

    /** Distances at which a deadline may lie. */
    private List<Duration> interesting() {
        List<Duration> all = new ArrayList<>(List.of(limits.idleAfter(), limits.idleAfter()));
        limits.expireAfter()
                .ifPresent(it -> all.addAll(List.of(it, limits.idleAfter().plus(it))));
        limits.pendingExpireAfter().ifPresent(all::add);
        limits.maxAge().ifPresent(all::add);
        return all;
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /** One conversation in the making. */
    private final class Talk {
        private final String name;
        private final List<String> ids = new ArrayList<>();
        private final List<Instant> times = new ArrayList<>();
        private Instant latest;
        private int number;

        Talk(String name, Instant start) {
            this.name = name;
            this.latest = start;
        }

        Line next() {
            if (!ids.isEmpty() && chance(15)) {
                return line(Optional.of(oldId()), when());
            }
            Instant at = when();
            Line line = line(Optional.of("m" + ++number), at);
            times.add(at);
            latest = at.isAfter(latest) ? at : latest;
            line.messageId().ifPresent(ids::add);
            return line;
        }

        /** Often the oldest that must be remembered. */
        private String oldId() {
            int reach = Math.min(REMEMBERED, ids.size());
            return ids.get(ids.size() - (chance(30) ? reach : 1 + random.nextInt(reach)));
        }

        private Line line(Optional<String> id, Instant at) {
            boolean repeated = ids.contains(id.orElseThrow());
            Optional<String> closingId = oracle || repeated || chance(50) ? id : Optional.empty();
            if (chance(times.isEmpty() ? 15 : 18)) {
                return !oracle && chance(35)
                        ? Line.fail(name, closingId, at)
                        : Line.close(name, closingId, at, oneOf(WHO));
            }
            return Line.message(name, id.get(), at, chance(50) ? "inbound" : "outbound");
        }

        private Instant when() {
            if (times.isEmpty()) {
                return latest;
            }
            int dice = random.nextInt(100);
            Instant at;
            if (dice < 20) {
                at = latest;
            } else if (dice < 40) {
                at = latest.plus(unit.multipliedBy(random.nextInt(3)));
            } else if (dice < 65) {
                at = around(latest);
            } else if (dice < 85) {
                at = around(oneOf(times));
            } else if (dice < 95) {
                at = chance(50) ? oneOf(times) : latest.minus(unit.multipliedBy(random.nextInt(6)));
            } else {
                at = latest.plus(unit.multipliedBy(10L + random.nextInt(10)));
            }
            return at.isBefore(FIRST) ? FIRST : at.isAfter(LAST) ? LAST : at;
        }
    }
}

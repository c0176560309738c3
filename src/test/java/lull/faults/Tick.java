package lull.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A tick of the scheduler, from the line that it wrote about it.
 *
 * @param node that had the scheduler
 * @param life of that node
 * @param at the time that the tick told
 * @param logged when the line was written: every sweep had ended
 */
record Tick(String node, int life, Instant at, Instant logged) {

    private static final Pattern LINE =
            Pattern.compile("^(\\S+Z) INFO +\\S*Scheduler - tick (\\S+Z): \\d+ slices, \\d+ due, .*");

    /** Every tick in the logs of some nodes, in the order of their times. */
    static List<Tick> of(List<ClusterNode> nodes) {
        List<Tick> ticks = new ArrayList<>();
        for (ClusterNode node : nodes) {
            for (ClusterNode.Life life : node.lives()) {
                try (Stream<String> lines = Files.lines(life.log())) {
                    lines.map(LINE::matcher)
                            .filter(Matcher::matches)
                            .map(it -> new Tick(
                                    node.name(), life.number(), Instant.parse(it.group(2)), Instant.parse(it.group(1))))
                            .forEach(ticks::add);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        ticks.sort(Comparator.comparing(Tick::at));
        return ticks;
    }

    /** The first that was told after a moment. */
    static Optional<Tick> firstAfter(List<Tick> ticks, Instant moment) {
        return ticks.stream().filter(it -> it.at().isAfter(moment)).findFirst();
    }

    /** The longest time between two ticks that touches the time from one moment to another. */
    static Duration longestGap(List<Tick> ticks, Instant from, Instant to) {
        Duration longest = Duration.ZERO;
        Instant before = from;
        for (Tick tick : ticks) {
            if (tick.at().isBefore(from)) {
                continue;
            }
            Instant until = tick.at().isBefore(to) ? tick.at() : to;
            Duration gap = Duration.between(before, until);
            longest = gap.compareTo(longest) > 0 ? gap : longest;
            before = until;
        }
        Duration rest = Duration.between(before, to);
        return rest.compareTo(longest) > 0 ? rest : longest;
    }

    /**
     * Where two schedulers ticked at one time: the first tick of one lies between two of another. A node that has lost the scheduler gets it
     * back only in another life.
     */
    static Optional<String> twoAtOnce(List<Tick> ticks) {
        for (int i = 1; i < ticks.size(); i++) {
            Tick last = ticks.get(i - 1);
            Tick next = ticks.get(i);
            Optional<Tick> back = ticks.subList(i, ticks.size()).stream()
                    .filter(it -> it.isOfSameSchedulerAs(last))
                    .findFirst();
            if (!next.isOfSameSchedulerAs(last) && back.isPresent()) {
                return Optional.of(next + " lies between " + last + " and " + back.get());
            }
        }
        return Optional.empty();
    }

    private boolean isOfSameSchedulerAs(Tick other) {
        return node.equals(other.node) && life == other.life;
    }

    @Override
    public String toString() {
        return node + "-" + life + "'s tick " + at;
    }
}

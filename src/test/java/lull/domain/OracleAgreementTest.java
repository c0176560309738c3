package lull.domain;

import static lull.model.Differences.mustBeEqual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import lull.model.Limits;
import lull.model.Line;
import lull.model.Oracle;
import lull.model.RandomStreams;
import lull.model.SlowModel;
import lull.model.Transition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The domain and our second computation against the oracle, on recorded conversations and on random streams. */
class OracleAgreementTest {

    private static final int POLICIES = 20;
    private static final int STREAMS_PER_POLICY = 10;

    @ParameterizedTest
    @ValueSource(strings = {"chat", "support", "tight"})
    void the_domain_gives_recorded_conversations_the_history_that_the_oracle_gives_them(String policy)
            throws Exception {
        skipIf(Oracle.filesMissing());
        var domain = new DomainSubject(Oracle.policy(policy));

        Oracle.conversations().forEach(domain::send);
        domain.advance(Instant.MAX);

        assertThat(domain.history()).hasSizeGreaterThan(5_000);
        mustBeEqual(policy, Oracle.expected(policy), domain.history());
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "support", "tight"})
    void the_slow_model_gives_recorded_conversations_the_history_that_the_oracle_gives_them(String policy)
            throws Exception {
        skipIf(Oracle.filesMissing());

        var outcome = SlowModel.run(Oracle.conversations(), Oracle.policy(policy), Instant.MAX);

        mustBeEqual(policy, Oracle.expected(policy), outcome.transitions());
    }

    @Test
    void all_three_agree_on_random_streams(@TempDir Path directory) throws Exception {
        skipIf(Oracle.notRunnable());

        for (long seed = 1; seed <= POLICIES; seed++) {
            Limits limits = RandomStreams.limits(seed);
            List<Line> lines = manyStreams(seed, limits);
            var domain = new DomainSubject(limits);
            lines.forEach(domain::send);
            domain.advance(Instant.MAX);

            List<Transition> expected = Oracle.run(lines, limits, directory);

            assertThat(expected).isNotEmpty();
            String what = "seed " + seed + ", policy " + limits.json();
            mustBeEqual(
                    what + ", slow model",
                    expected,
                    SlowModel.run(lines, limits, Instant.MAX).transitions());
            mustBeEqual(what + ", domain", expected, domain.history());
        }
    }

    /**
     * Streams side by side in one, each with conversations of its own: starting the oracle takes longer than its
     * work.
     */
    private static List<Line> manyStreams(long seed, Limits limits) {
        List<List<Line>> streams = LongStream.range(0, STREAMS_PER_POLICY)
                .mapToObj(it -> RandomStreams.forOracle(seed * STREAMS_PER_POLICY + it, limits).lines().stream()
                        .map(line -> line.in("s" + it + "-" + line.conversation()))
                        .toList())
                .toList();
        int longest = streams.stream().mapToInt(List::size).max().orElse(0);
        return IntStream.range(0, longest)
                .boxed()
                .flatMap(i -> streams.stream().filter(it -> i < it.size()).map(it -> it.get(i)))
                .toList();
    }

    private static void skipIf(Optional<String> obstacle) {
        obstacle.ifPresent(it -> {
            String message = "SKIPPED, nothing was compared with the oracle: " + it;
            System.err.println(message);
            abort(message);
        });
    }
}

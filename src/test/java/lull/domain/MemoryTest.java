package lull.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456789Z");
    private static final Answer ANSWER = new Answer(1, State.ACTIVE, NOON, true);

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "m\0", "\u00e9", "\u0113", "\ud83d\ude00", "\ud83d", "?", "\u00ff\u0100"})
    void any_string_is_an_id_and_is_taken_for_no_other(String id) {
        Memory memory = Memory.EMPTY.remember(id, ANSWER);

        assertThat(memory.answerTo(id)).contains(ANSWER);
        assertThat(memory.answerTo(id + id + "x")).isEmpty();
        assertThat(memory.answerTo("m1")).isEmpty();
    }

    @Test
    void an_id_of_two_bytes_a_character_is_not_taken_for_the_one_that_has_the_same_bytes() {
        Memory memory = Memory.EMPTY.remember("\u6162", ANSWER);

        assertThat(memory.answerTo("ab")).isEmpty();
    }

    @Test
    void an_answer_comes_back_as_it_was() {
        SplittableRandom random = new SplittableRandom(1);
        List<Instant> times = List.of(Instant.MIN, Instant.EPOCH, NOON, NOON.plusNanos(1), Instant.MAX);
        List<State> states = new ArrayList<>(List.of(State.values()));
        states.add(null);
        for (State state : states) {
            for (Instant at : times) {
                int session = random.nextInt(32) == 0 ? Integer.MAX_VALUE : random.nextInt(1 << random.nextInt(31));
                Answer answer = new Answer(session, state, at, random.nextBoolean());

                assertThat(Memory.EMPTY
                                .remember("before", ANSWER)
                                .remember("a", answer)
                                .answerTo("a"))
                        .contains(answer);
            }
        }
    }

    @Test
    void the_latest_32_are_remembered_however_old_whatever_their_lengths() {
        assertThat(Memory.AT_LEAST).isEqualTo(32);
        assertRemembered(i -> NOON.plus(Memory.AT_LEAST_FOR.multipliedBy(i)).plusSeconds(i), 32);
    }

    @Test
    void more_of_them_are_remembered_while_they_are_young() {
        Duration apart = Memory.AT_LEAST_FOR.dividedBy(50);

        assertRemembered(i -> NOON.plus(apart.multipliedBy(i)), 51);
    }

    @Test
    void no_more_than_256_are_remembered_however_young() {
        assertThat(Memory.AT_MOST).isEqualTo(256);
        assertRemembered(i -> NOON, 256);
    }

    private static void assertRemembered(IntFunction<Instant> times, int expected) {
        List<String> ids = IntStream.range(0, 300)
                .mapToObj(i -> (i % 2 == 0 ? "m" : "\u0113").repeat(i * 7 % 255) + "|" + i)
                .toList();
        Memory memory = Memory.EMPTY;
        for (int i = 0; i < ids.size(); i++) {
            memory = memory.remember(ids.get(i), new Answer(i, State.IDLE, times.apply(i), true));

            for (int j = 0; j <= i; j++) {
                assertThat(memory.answerTo(ids.get(j)).map(Answer::session).orElse(-1))
                        .isEqualTo(j > i - expected ? j : -1);
            }
        }
    }

    @Test
    void the_latest_answer_to_an_id_counts() {
        Answer later = new Answer(2, State.PENDING, NOON.plusSeconds(1), true);

        assertThat(Memory.EMPTY.remember("a", ANSWER).remember("a", later).answerTo("a"))
                .contains(later);
    }

    @Test
    void memories_of_the_same_are_equal() {
        Memory one = Memory.EMPTY.at(NOON).remember("a", ANSWER);
        Memory other = Memory.EMPTY.at(NOON).remember("a", ANSWER);

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(one).isNotEqualTo(Memory.EMPTY.at(NOON).remember("b", ANSWER));
    }
}

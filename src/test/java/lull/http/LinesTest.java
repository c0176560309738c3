package lull.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lull.http.Lines.Line;
import org.junit.jupiter.api.Test;

class LinesTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> cut(int limit, String... parts) {
        Lines lines = new Lines(limit);
        List<Line> cut = new ArrayList<>();
        for (String part : parts) {
            cut.addAll(lines.add(bytes(part)));
        }
        cut.addAll(lines.end());
        return told(cut);
    }

    private static List<String> told(List<Line> lines) {
        return lines.stream()
                .map(it -> it.number() + ":"
                        + (it.problem() == null
                                ? new String(it.text(), StandardCharsets.UTF_8)
                                : String.valueOf(it.problem().status())))
                .toList();
    }

    @Test
    void lines_are_numbered_from_one_with_or_without_a_break_at_the_end() {
        assertThat(cut(100, "a\nb\n")).containsExactly("1:a", "2:b");
        assertThat(cut(100, "a\nb")).containsExactly("1:a", "2:b");
        assertThat(cut(100, "")).isEmpty();
        assertThat(cut(100, "a\r\nb\r\n")).containsExactly("1:a", "2:b");
    }

    @Test
    void blank_lines_are_left_out_but_counted() {
        assertThat(cut(100, "\n \t\r\na\n\n\nb\n  ")).containsExactly("3:a", "6:b");
    }

    @Test
    void a_line_that_is_too_long_does_not_spoil_the_next() {
        assertThat(cut(3, "abc\nabcd\nabc\r\nabcd\r\nab")).containsExactly("1:abc", "2:413", "3:abc", "4:413", "5:ab");
        assertThat(cut(3, "a", "bc", "defg", "h\n", "x\n")).containsExactly("1:413", "2:x");
        assertThat(cut(3, "abcdefgh")).containsExactly("1:413");
    }

    @Test
    void a_body_that_breaks_off_is_told_at_the_line_that_was_begun() {
        Lines lines = new Lines(100);
        lines.add(bytes("a\nb"));

        assertThat(told(lines.brokenOff(Problem.bad("body", "", "")))).containsExactly("2:400");
        assertThat(lines.end()).isEmpty();
    }

    @Test
    void it_does_not_matter_how_the_body_is_divided() {
        String text = "one\n\ntwo ✓\r\n" + "x".repeat(300) + "\nfour\n";
        List<String> whole = cut(200, text);
        Random random = new Random(7);

        for (int i = 0; i < 200; i++) {
            Lines lines = new Lines(200);
            List<Line> cut = new ArrayList<>();
            byte[] rest = bytes(text);
            while (rest.length > 0) {
                int size = 1 + random.nextInt(rest.length);
                cut.addAll(lines.add(java.util.Arrays.copyOf(rest, size)));
                rest = java.util.Arrays.copyOfRange(rest, size, rest.length);
            }
            cut.addAll(lines.end());
            assertThat(told(cut)).isEqualTo(whole);
        }
    }
}

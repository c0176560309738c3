package lull.tools;

/**
 * A line with its place in the file.
 *
 * @param number counted from 1, blank lines included, as an editor shows it
 */
record Numbered(long number, Line line) {

    /** The id under which the line is sent, if it has none of its own: the same whenever this file is sent. */
    String id() {
        return line.messageId().orElseGet(() -> "replay-line-" + number + '@' + line.at());
    }
}

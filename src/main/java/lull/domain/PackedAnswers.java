package lull.domain;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * Request ids and their answers in one array of bytes, the oldest first. A conversation in memory holds up to 32 of them, and as objects
 * they would take five times the space, which is more than all the rest of it.
 *
 * <p>One after the other: state and flags (1 byte), session (1-5), seconds (8) and nanoseconds (4) of its time, length of the id in bytes
 * (1-5), the id. It never leaves the process.
 */
final class PackedAnswers {

    static final byte[] NONE = {};

    private static final int STATE = 0b0111;
    private static final int ACCEPTED = 0b1000;

    /** The id holds characters beyond Latin-1, and so has two bytes for each: any string comes back as it was. */
    private static final int WIDE = 0b1_0000;

    private static final State[] STATES = State.values();

    private static final int TIME_BYTES = Long.BYTES + Integer.BYTES;
    private static final int MOST_BYTES_BESIDE_THE_ID = 1 + 5 + TIME_BYTES + 5;

    private PackedAnswers() {}

    /** The answer to the latest request of this id. */
    static Optional<Answer> find(byte[] packed, String id) {
        boolean wide = isWide(id);
        byte[] wanted = bytes(id, wide);
        int found = -1;
        ByteBuffer all = ByteBuffer.wrap(packed);
        while (all.hasRemaining()) {
            int start = all.position();
            boolean sameWidth = wide == ((all.get() & WIDE) != 0);
            number(all);
            all.position(all.position() + TIME_BYTES);
            int length = number(all);
            int from = all.position();
            if (sameWidth && Arrays.equals(packed, from, from + length, wanted, 0, wanted.length)) {
                found = start;
            }
            all.position(from + length);
        }
        return found < 0 ? Optional.empty() : Optional.of(answer(all.position(found)));
    }

    /** With one more, the latest. */
    static byte[] plus(byte[] packed, String id, Answer answer) {
        boolean wide = isWide(id);
        byte[] name = bytes(id, wide);
        ByteBuffer added = ByteBuffer.allocate(MOST_BYTES_BESIDE_THE_ID + name.length);
        added.put((byte) ((answer.state() == null ? 0 : 1 + answer.state().ordinal())
                | (answer.accepted() ? ACCEPTED : 0)
                | (wide ? WIDE : 0)));
        putNumber(added, answer.session());
        added.putLong(answer.at().getEpochSecond()).putInt(answer.at().getNano());
        putNumber(added, name.length);
        added.put(name);
        byte[] longer = Arrays.copyOf(packed, packed.length + added.position());
        System.arraycopy(added.array(), 0, longer, packed.length, added.position());
        return longer;
    }

    /** Without the oldest. */
    static byte[] withoutFirst(byte[] packed) {
        ByteBuffer all = ByteBuffer.wrap(packed);
        answer(all);
        int length = number(all);
        return Arrays.copyOfRange(packed, all.position() + length, packed.length);
    }

    /** Reads up to the length of the id. */
    private static Answer answer(ByteBuffer from) {
        int flags = from.get();
        int session = number(from);
        Instant at = Instant.ofEpochSecond(from.getLong(), from.getInt());
        int state = flags & STATE;
        return new Answer(session, state == 0 ? null : STATES[state - 1], at, (flags & ACCEPTED) != 0);
    }

    private static boolean isWide(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xFF) {
                return true;
            }
        }
        return false;
    }

    private static byte[] bytes(String text, boolean wide) {
        if (!wide) {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
        ByteBuffer bytes = ByteBuffer.allocate(2 * text.length());
        bytes.asCharBuffer().put(text);
        return bytes.array();
    }

    /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
    private static void putNumber(ByteBuffer to, int number) {
        int rest = number;
        while ((rest & ~0x7F) != 0) {
            to.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        to.put((byte) rest);
    }

    private static int number(ByteBuffer from) {
        int number = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.get();
            number |= (next & 0x7F) << shift;
            if (next >= 0) {
                return number;
            }
        }
    }
}

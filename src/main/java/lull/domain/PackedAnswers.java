package lull.domain;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * Request ids and their answers in one array of bytes, the oldest first. A conversation in memory holds 32 of them or more, and as
 * objects they would take five times the space, which is more than all the rest of it.
 *
 * <p>One after the other: state and flags (1 byte), seconds (8) and nanoseconds (4) of its time, session (1-5), length of the id in bytes
 * (1-5), the id. It never leaves the process.
 */
final class PackedAnswers {

    static final byte[] NONE = {};

    private static final int STATE = 0b0111;
    private static final int ACCEPTED = 0b1000;

    /** The id holds characters beyond Latin-1, and so has two bytes for each: any string comes back as it was. */
    private static final int WIDE = 0b1_0000;

    private static final State[] STATES = State.values();

    private static final int TIME_BYTES = 12;

    private PackedAnswers() {}

    /** The answer to the latest request of this id. */
    static Optional<Answer> find(byte[] packed, String id) {
        boolean wide = isWide(id);
        int wanted = idBytes(id, wide);
        int found = -1;
        Cursor all = new Cursor(packed, 0);
        while (all.at < packed.length) {
            int start = all.at;
            boolean sameWidth = wide == ((all.get(1) & WIDE) != 0);
            all.at += TIME_BYTES;
            all.number();
            int length = all.number();
            if (sameWidth && length == wanted && all.isAt(id, wide)) {
                found = start;
            }
            all.at += length;
        }
        return found < 0 ? Optional.empty() : Optional.of(answer(new Cursor(packed, found)));
    }

    /** With one more, the latest. */
    static byte[] plus(byte[] packed, String id, Answer answer) {
        boolean wide = isWide(id);
        int idBytes = idBytes(id, wide);
        int added = 1 + TIME_BYTES + numberBytes(answer.session()) + numberBytes(idBytes) + idBytes;
        Cursor to = new Cursor(Arrays.copyOf(packed, packed.length + added), packed.length);
        int state = answer.state() == null ? 0 : 1 + answer.state().ordinal();
        to.put(1, state | (answer.accepted() ? ACCEPTED : 0) | (wide ? WIDE : 0));
        to.put(8, answer.at().getEpochSecond());
        to.put(4, answer.at().getNano());
        to.putNumber(answer.session());
        to.putNumber(idBytes);
        for (int i = 0; i < id.length(); i++) {
            to.put(wide ? 2 : 1, id.charAt(i));
        }
        return to.bytes;
    }

    /** The second of the oldest one's time. */
    static long firstSecond(byte[] packed) {
        return new Cursor(packed, 1).get(8);
    }

    /** Without the oldest. */
    static byte[] withoutFirst(byte[] packed) {
        Cursor all = new Cursor(packed, 0);
        answer(all);
        int length = all.number();
        return Arrays.copyOfRange(packed, all.at + length, packed.length);
    }

    /** Reads up to the length of the id. */
    private static Answer answer(Cursor from) {
        int flags = (int) from.get(1);
        Instant at = Instant.ofEpochSecond(from.get(8), from.get(4));
        int state = flags & STATE;
        return new Answer(from.number(), state == 0 ? null : STATES[state - 1], at, (flags & ACCEPTED) != 0);
    }

    private static boolean isWide(String id) {
        for (int i = 0; i < id.length(); i++) {
            if (id.charAt(i) > 0xFF) {
                return true;
            }
        }
        return false;
    }

    private static int idBytes(String id, boolean wide) {
        return wide ? 2 * id.length() : id.length();
    }

    private static int numberBytes(int number) {
        return 1 + (31 - Integer.numberOfLeadingZeros(number | 1)) / 7;
    }

    /** A place in the bytes, which moves on with each step. */
    private static final class Cursor {
        private final byte[] bytes;
        private int at;

        Cursor(byte[] bytes, int at) {
            this.bytes = bytes;
            this.at = at;
        }

        /** The highest byte first. */
        void put(int count, long value) {
            for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
                bytes[at++] = (byte) (value >>> shift);
            }
        }

        long get(int count) {
            long value = 0;
            for (int i = 0; i < count; i++) {
                value = value << 8 | bytes[at++] & 0xFF;
            }
            return value;
        }

        /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
        void putNumber(int number) {
            int rest = number;
            while ((rest & ~0x7F) != 0) {
                bytes[at++] = (byte) (rest | 0x80);
                rest >>>= 7;
            }
            bytes[at++] = (byte) rest;
        }

        int number() {
            int number = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = bytes[at++];
                number |= (next & 0x7F) << shift;
                if (next >= 0) {
                    return number;
                }
            }
        }

        /** Whether the id is here. Stays where it is. */
        boolean isAt(String id, boolean wide) {
            for (int i = 0, from = at; i < id.length(); i++) {
                int c = bytes[from++] & 0xFF;
                if (wide) {
                    c = c << 8 | bytes[from++] & 0xFF;
                }
                if (c != id.charAt(i)) {
                    return false;
                }
            }
            return true;
        }
    }
}

package lull.journal;

import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * Keeps what the read for a highest sequence number brought of the events, for the replay that the plugin asks for next. Only
 * a saving: whatever is missing here is read again. Bounded in bytes and time; the oldest go first.
 */
final class Handover {

    private final LinkedHashMap<String, FirstRead> kept = new LinkedHashMap<>();
    private final long capacity;
    private final long lifetimeNanos;
    private long size;

    /**
     * @param capacity bytes
     * @param lifetimeNanos nothing older is given out
     */
    Handover(long capacity, long lifetimeNanos) {
        this.capacity = capacity;
        this.lifetimeNanos = lifetimeNanos;
    }

    /**
     * The beginning of a history from a sequence number on.
     *
     * @param complete whether it reaches up to the highest number
     */
    record FirstRead(long from, ReadAnswer answer, boolean complete, long at) {

        int size() {
            return answer.events().stream().mapToInt(StoredEvent::size).sum();
        }
    }

    /** Replaces what was kept of this history. */
    synchronized void put(String persistenceId, FirstRead read) {
        drop(persistenceId);
        if (read.answer().events().isEmpty() || read.size() > capacity) {
            return;
        }
        kept.put(persistenceId, read);
        size += read.size();
        for (var oldest = kept.entrySet().iterator(); oldest.hasNext(); ) {
            var entry = oldest.next().getValue();
            if (size <= capacity && read.at() - entry.at() <= lifetimeNanos) {
                break;
            }
            size -= entry.size();
            oldest.remove();
        }
    }

    /** Gives away what is kept of a history, if it begins early enough and is fresh. */
    synchronized Optional<FirstRead> take(String persistenceId, long from, long now) {
        return Optional.ofNullable(drop(persistenceId))
                .filter(read -> read.from() <= from && now - read.at() <= lifetimeNanos);
    }

    synchronized FirstRead drop(String persistenceId) {
        var read = kept.remove(persistenceId);
        if (read != null) {
            size -= read.size();
        }
        return read;
    }
}

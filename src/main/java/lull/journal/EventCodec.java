package lull.journal;

import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.journal.Tagged;
import akka.serialization.Serialization;
import akka.serialization.Serializers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import lull.journal.StoredEvent.Serialized;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;
import scala.util.Try;

/** Turns the plugin's events into rows and back, the way the stock data access does. */
final class EventCodec {

    private static final Logger log = LoggerFactory.getLogger(EventCodec.class);

    private final Serialization serialization;
    private final AtomicBoolean tagsSeen = new AtomicBoolean();

    EventCodec(Serialization serialization) {
        this.serialization = serialization;
    }

    /**
     * The rows of one atomic write, or why it can't be stored.
     *
     * @param writtenAt the time of those that have none, in milliseconds since 1970
     */
    Try<List<StoredEvent>> encode(AtomicWrite write, long writtenAt) {
        return Try.apply(() -> {
            if (write.size() > JournalSql.MOST_ROWS) {
                throw new UnsupportedOperationException(write.persistenceId() + ": " + write.size()
                        + " events in one atomic write, at most " + JournalSql.MOST_ROWS + " can be stored");
            }
            var rows = new ArrayList<StoredEvent>(write.size());
            for (var events = write.payload().iterator(); events.hasNext(); ) {
                rows.add(encode(events.next(), writtenAt));
            }
            return rows;
        });
    }

    private StoredEvent encode(PersistentRepr event, long writtenAt) {
        return new StoredEvent(
                0,
                event.persistenceId(),
                event.sequenceNr(),
                event.writerUuid(),
                event.timestamp() == 0 ? writtenAt : event.timestamp(),
                event.manifest(),
                serialize(withoutTags(event.payload())),
                event.metadata().isEmpty() ? null : serialize(event.metadata().get()));
    }

    private Object withoutTags(Object payload) {
        if (!(payload instanceof Tagged tagged)) {
            return payload;
        }
        if (tagsSeen.compareAndSet(false, true)) {
            log.warn("Events carry tags {}: they are stored without, readers go by position", tagged.tags());
        }
        return tagged.payload();
    }

    private Serialized serialize(Object object) {
        var serializer = serialization.findSerializerFor(object);
        return new Serialized(
                serializer.identifier(),
                Serializers.manifestFor(serializer, object),
                serialization.serialize(object).get());
    }

    /** The event of a row with its position, or why it can't be read. */
    Try<Tuple2<PersistentRepr, Object>> decode(StoredEvent row) {
        return Try.apply(() -> {
            var event = PersistentRepr.apply(
                            deserialize(row.event()),
                            row.sequenceNumber(),
                            row.persistenceId(),
                            row.adapterManifest(),
                            false,
                            null,
                            row.writer())
                    .withTimestamp(row.timestamp());
            var whole = row.metadata() == null ? event : event.withMetadata(deserialize(row.metadata()));
            return new Tuple2<>(whole, row.position());
        });
    }

    private Object deserialize(Serialized object) {
        return serialization
                .deserialize(object.bytes(), object.serializerId(), object.manifest())
                .get();
    }
}

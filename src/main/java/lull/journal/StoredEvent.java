package lull.journal;

/**
 * One row of the journal, payload and metadata as bytes.
 *
 * @param position 0 as long as it is not stored: the database gives it
 * @param metadata null if there is none
 */
record StoredEvent(
        long position,
        String persistenceId,
        long sequenceNumber,
        String writer,
        long timestamp,
        String adapterManifest,
        Serialized event,
        Serialized metadata) {

    /** Bytes, and which serializer can read them: the pair that lets serializers be exchanged over a journal's life. */
    record Serialized(int serializerId, String manifest, byte[] bytes) {}

    int size() {
        return event.bytes().length + (metadata == null ? 0 : metadata.bytes().length);
    }
}

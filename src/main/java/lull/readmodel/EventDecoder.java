package lull.readmodel;

import akka.actor.typed.ActorSystem;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import lull.domain.ConversationEvent;

/** Reads stored events by the serializer that they name, as the journal plugin does on recovery. */
final class EventDecoder {

    private final Serialization serialization;

    EventDecoder(ActorSystem<?> system) {
        this.serialization = SerializationExtension.get(system);
    }

    ConversationEvent decode(byte[] payload, int serializerId, String manifest) {
        return (ConversationEvent)
                serialization.deserialize(payload, serializerId, manifest).get();
    }
}

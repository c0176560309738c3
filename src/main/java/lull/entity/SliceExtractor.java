package lull.entity;

import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.ShardingMessageExtractor;
import java.util.function.ToIntFunction;

/** Makes a slice a shard, so that whoever works on a slice can be where its conversations are. */
public final class SliceExtractor<M> extends ShardingMessageExtractor<ShardingEnvelope<M>, M> {

    private final ToIntFunction<String> slice;

    /** @param slice of an entity, by its name in the cluster */
    public SliceExtractor(ToIntFunction<String> slice) {
        this.slice = slice;
    }

    @Override
    public String entityId(ShardingEnvelope<M> envelope) {
        return envelope.entityId();
    }

    @Override
    public String shardId(String entityId) {
        return Integer.toString(slice.applyAsInt(entityId));
    }

    @Override
    public M unwrapMessage(ShardingEnvelope<M> envelope) {
        return envelope.message();
    }
}

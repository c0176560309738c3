package lull.readmodel;

import akka.NotUsed;
import akka.stream.javadsl.Source;
import java.util.List;
import java.util.concurrent.CompletionStage;
import lull.domain.ConversationId;

/** What can be asked of the database: lists from the read model, history and feeds straight from the journal. */
public interface ReadModel {

    /** One page of conversations. A page shorter than the limit is the last. */
    CompletionStage<List<ConversationRow>> list(ListQuery query);

    /** Every event of a conversation, in its order. Empty if there is none. Read as fast as it is consumed. */
    Source<JournalEntry, NotUsed> history(ConversationId id);

    /** Every transition of a tenant behind a journal position, up to what is stored now. Read as fast as it is consumed. */
    Source<JournalEntry, NotUsed> transitions(String tenant, long after);

    /** Every recorded message and closing of a tenant behind a journal position, up to what is stored now. */
    Source<JournalEntry, NotUsed> requests(String tenant, long after);
}

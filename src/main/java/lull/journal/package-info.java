/**
 * The journal: akka-persistence-jdbc's plugin ({@code JdbcAsyncWriteJournal}, its table, its replay) on a data access of our
 * own in plain JDBC. The stock one fails up to 400 writes of other entities with one duplicate key, reads each history by two
 * queries of its own, and its readers give up on a gap in {@code ordering} after some time, which loses what is committed later.
 *
 * <pre>
 *  Journal (the plugin) ──► JournalAccess (one an actor system: queues and threads)
 *                             ├─ JournalWriter   calls that came together ──► one insert ──► onCommit, WriteReplies
 *                             └─ Histories       the first read of a history ──► JournalReader: many histories, one query
 *                                                the rest of a long one, by PostgresJournalDao:
 *                                                highest number ──► Handover ──► the replay that comes next
 * </pre>
 *
 * <h2>What we rely on in akka-persistence 2.8 and akka-persistence-jdbc 5.2</h2>
 * <ul>
 *   <li>{@code jdbc-journal.dao} names a class with the constructor (Database, JdbcProfile, JournalConfig, Serialization,
 *       ExecutionContext, Materializer), made anew whenever the plugin's actor starts and never closed;
 *       {@code akka-persistence-jdbc.database-provider-fqcn} one with (ActorSystem), whose database is only handed on: ours is
 *       null.
 *   <li>One call of {@code asyncWriteMessages} holds atomic writes of one persistence id, in order, with their time set, and a
 *       persistent actor has one call under way. A failed future stops that actor, whatever was stored; a failed {@code Try}
 *       rejects one atomic write that is certainly not stored, and the actor goes on.
 *   <li>The plugin asks for the highest sequence number of an id only after the id's write under way has ended (a restarted
 *       actor must not miss its own last write), and then for the events from where it said to at most that number. If it does
 *       not ask, or asks for others, only the saving is lost.
 *   <li>The replay runs {@code messagesWithBatch} without live refresh and takes its maximum itself; the first failed event
 *       fails it. The highest sequence number outlives deletion.
 *   <li>It calls from its own dispatcher: no call of ours blocks.
 *   <li>{@code Actor.aroundReceive} sees each message first. A write is answered by one message for all and one for each event, in
 *       order, a replay by its events and then the highest number ({@code JournalProtocol}); with one write under way an actor
 *       has no answers that could overtake one another.
 * </ul>
 * Not offered: updates of stored events (the stock access has none for this table either), tags (an event is stored without
 * them), the plugin's read journal, snapshots, durable state. Other than in the stock access, metadata without a serializer
 * rejects its event instead of being dropped.
 *
 * <h2>Positions</h2>
 * {@code ordering = ((id of the writing transaction + base) << 12) | row in its statement}. A reader goes by {@code ordering} and
 * stops below {@code journal_horizon() = (xmin of a snapshot + base) << 12}, in the snapshot that it reads in or an earlier one.
 * It can't skip a row: every transaction below xmin had ended when the snapshot was taken, so its rows are visible to the reader
 * or never will be; every other one, begun or not, has an id of at least xmin, so its rows lie at the horizon or above. (An id is
 * given before a transaction's first row, in growing order, and only once.) So there is no gap to wait for and nothing that
 * time could decide: rolled back statements leave gaps that mean nothing. Within one history positions grow with the sequence
 * numbers: the next event is written after the last one's commit, or in a later row of the same statement.
 *
 * <p>A transaction that writes for long, in any database of the server, holds xmin back: readers are late by as long as it
 * lasts, and then see everything, in order. Transactions that only read delay nobody. Bound them on the server
 * ({@code idle_in_transaction_session_timeout}, {@code transaction_timeout} of PostgreSQL 17); a prepared transaction that is
 * forgotten holds readers up until it is ended.
 *
 * <p>The base is 0. A database restored into a cluster with smaller transaction ids would write below what readers have seen:
 * {@code journal_rebase()}, which runs after every migration, raises the base.
 *
 * <h2>What a step costs</h2>
 * <ul>
 *   <li>Write: one statement and one commit for all calls that came together while the last one was under way. A second
 *       writer helps only when something has been left alone for 1 ms: two that share what one could write cost an eighth more
 *       CPU for each event. The same for readers. A duplicate key: one query for the keys that exist and one more insert; beyond three such rounds
 *       one insert a call.
 *   <li>Recovery: one share of one query, two index descents, for both the highest number and the events; a history longer than
 *       the first read adds one such share a page. No connection is held in between.
 *   <li>Reading by position: a range of one index.
 * </ul>
 *
 * <h2>When the database fails</h2>
 * Everything is bounded: the queues by number and by time, the calls by the data source's own limits. A failure answers
 * everybody concerned at once, and nothing is tried again whose outcome is not known: the entity restarts and reads what is
 * true. Without a connection everything that waits fails together, rather than one batch after the other.
 *
 * <p>Promises are Scala's, and answers are told by the dispatcher, a batch at a time: a {@code CompletableFuture} with async
 * callbacks starts a thread each on small machines with JDK 17, and a thread of ours would wake the dispatcher for each answer.
 */
package lull.journal;

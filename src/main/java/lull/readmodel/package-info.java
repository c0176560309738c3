/**
 * What can be asked over all conversations: the due index for the sweepers, lists and feeds for people.
 *
 * <p><b>How it follows the journal.</b> One projection in the cluster reads the journal in the order of its positions and keeps one row
 * for each conversation. Rows and offset are written in one transaction.
 *
 * <p><b>Why it cannot skip.</b> A position begins with the number of the transaction that wrote the event. Readers stop at the journal's
 * horizon, which is the number of the oldest transaction that is still running: every transaction below it has ended, so nothing can
 * appear there any more, and every transaction that starts later has a larger number. So a commit that takes a minute delays the readers
 * for a minute, and no rule that gives up a gap after some time is needed, nor any tags. The same delay comes from any other long
 * writing transaction on the same PostgreSQL server: give Lull a server, or at least transactions, that end.
 *
 * <p><b>Why it cannot be wrong for long.</b> A row carries the number of its latest event. An event that comes twice is left out; one
 * that does not follow on makes the row anew from the journal. The row is computed by {@link lull.domain.Conversation#apply}, the
 * same function that the entity uses.
 *
 * <p>A row is a moment behind. Who needs the truth asks the entity; for the sweepers a row is only a hint.
 */
package lull.readmodel;

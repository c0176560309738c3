/**
 * Lull, the conversation lifecycle service.
 *
 * <pre>
 *  HTTP ──► ConversationEntity ──► journal ──► projection ──► conversation table (due index, lists)
 *                  ▲  sharded, event-sourced                          │
 *                  └────────── Sweeper (one per slice) ◄── due page ──┘
 *                                  ▲
 *                             Scheduler (one in the cluster, ticks)   or   POST /v1/ticks
 * </pre>
 *
 * <p>Who is authoritative for what:
 *
 * <ul>
 *   <li>{@link lull.domain.Conversation}: what happens, and when it took effect. A pure function.
 *   <li>the journal: what has happened. Its key (conversation, sequence number) admits one writer.
 *   <li>{@link lull.entity.ConversationEntity}: the order in which requests reach a conversation.
 *   <li>the {@code conversation} table: nothing. It can be made anew from the journal at any time.
 *   <li>{@link lull.sweep.Scheduler}: nothing. It makes timeouts visible on time.
 * </ul>
 *
 * <p>Packages depend on one another in one line, {@code domain ← entity ← readmodel ← sweep}; {@code http} uses entity and readmodel;
 * {@code journal} and {@code database} know nothing of conversations; only {@link lull.Main} and what it starts see all.
 */
package lull;

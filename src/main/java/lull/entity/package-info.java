/**
 * One actor for each conversation, spread over the cluster by sharding: its single writer. It brings commands to the domain, stores the
 * events, and answers when they are stored. {@link lull.entity.Conversations} is how others reach it.
 */
package lull.entity;

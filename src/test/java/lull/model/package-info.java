/**
 * The rules a second time. {@link lull.model.SlowModel} computes what a stream of messages must lead to, from
 * SEMANTICS.md and design section 3 alone; {@link lull.model.RandomStreams} makes nasty streams; {@link
 * lull.model.ForEachStream} runs one through the other.
 *
 * <p>Nothing here knows the service: names are plain strings, as on the wire. A mistake in the domain's words cannot
 * hide here.
 */
package lull.model;

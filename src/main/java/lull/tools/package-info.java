/**
 * Clients of the public HTTP API, and data to feed them: {@link lull.tools.Replay} sends a recorded stream to a node with the external
 * clock, {@link lull.tools.Streams} makes up realistic streams, {@link lull.tools.TickCommand} is for a cron that is the clock of a cluster.
 *
 * <p>A replay is one coordinating thread, which alone knows the order of things, and as many worker threads as requests may be in
 * flight. A worker keeps its request until it is answered, whatever the node goes through meanwhile. Every request is safe to repeat.
 *
 * <pre>
 *   file ──► Timetable (first reading: how far may time go?)
 *   file ──► Replay ──► worker ──► Retries ──► Node ──► HTTP
 *              ▲           │
 *              └── events ─┘
 * </pre>
 */
package lull.tools;

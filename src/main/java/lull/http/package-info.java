/**
 * The HTTP API: JSON in, JSON out, and every refusal a problem (RFC 9457) that names what is wrong and what would be right.
 *
 * <pre>
 *   HttpServer ─► Router ─► ConversationCalls, ListCall, FeedCalls, TickCall, MessageStream
 *                   │            │ Bodies, JsonObject, RequestReader: what came in, checked
 *                   │            │ Json: what goes out
 *                   └─► Failures ─► Problem: whatever went wrong
 * </pre>
 *
 * <p>There is no routing DSL here: a table of method and path is all that eleven calls need, and it costs nothing per request.
 * {@code openapi.yaml} is the description of this package. The tests hold both to each other.
 */
package lull.http;

/**
 * The jar as a user has it: nodes and tools in processes of their own, real PostgreSQL, real signals. Whatever a node
 * did is judged by {@link lull.model.SlowModel} or by files that others computed, never by the service's own code.
 *
 * <p>Every process here ends with the JVM of the tests, however that ends (see {@link lull.acceptance.Undertaker}).
 */
package lull.acceptance;

/**
 * PostgreSQL: a server of our own when none is configured ({@link lull.database.EmbeddedPostgres}), the connections to
 * it ({@link lull.database.Database}) and its tables ({@link lull.database.Migrations}, {@code db/migration}).
 *
 * <p>In order of use: {@link lull.database.DatabaseSettings} say where the database is, {@link
 * lull.database.Database#awaitAvailable} waits until it answers, {@link lull.database.Migrations#migrate} brings the
 * tables up to date, and the pool does the work. Everything that a person has to repair is a {@link
 * lull.database.DatabaseException} whose message says what and how.
 */
package lull.database;

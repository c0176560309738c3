/**
 * The benchmark: {@code lull bench}. Each figure is taken from a whole node with a PostgreSQL of its own, and verified: counts that do not
 * come out exactly fail the command.
 */
package lull.bench;

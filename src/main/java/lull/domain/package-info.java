/**
 * The rules: a conversation's life as a pure function of its requests and its policy. Nothing here knows of actors, databases, HTTP or
 * clocks. {@code SEMANTICS.md} of the oracle is the source of every rule.
 */
package lull.domain;

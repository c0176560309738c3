package lull.domain;

import java.time.Instant;

/**
 * One life of a conversation. It keeps the policy that it was opened under: a changed setting governs later sessions only.
 *
 * @param number counted from 1 within the conversation
 */
public record Session(int number, Instant openedAt, Policy policy) {}

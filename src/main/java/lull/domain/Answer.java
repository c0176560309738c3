package lull.domain;

import java.time.Instant;

/**
 * What a request was answered. It is remembered with the request's id, so that a repetition gets the same answer.
 *
 * @param session the session after the request; 0 if the conversation has never had one
 * @param state the state after the request; null if the conversation has never had a session
 * @param at the effective time of the request
 * @param accepted false for a closing that came too late
 */
public record Answer(int session, State state, Instant at, boolean accepted) {}

/**
 * What makes timeouts visible on time. One {@link lull.sweep.Scheduler} in the cluster ticks; one {@link lull.sweep.Sweeper} for each
 * slice walks along the due index and tells each conversation the time.
 *
 * <p>Nobody here decides anything: a transition has its effective time by the rules, whenever it is noticed. So a tick may come late,
 * twice or not at all; a sweep may be lost with its node; two schedulers may tick for a while. None of it can change a history.
 */
package lull.sweep;

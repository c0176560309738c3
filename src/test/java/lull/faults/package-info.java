/**
 * What becomes of a cluster when its world breaks: three nodes and a PostgreSQL, each in a network namespace of its own, under load, with one
 * fault at a time, and a verdict on the histories afterwards.
 *
 * <p>{@link lull.faults.FaultsIT} makes a process that has its own network and its own process ids, and that no process outlives: when
 * {@link lull.faults.FaultSuite} ends, in whatever way, the kernel ends everything in it. Nothing outside is touched, and nothing stays.
 *
 * <p>One fault alone, again with the seed of the time when it failed:
 *
 * <pre>{@code
 * mvn -B -q failsafe:integration-test failsafe:verify -Dit.test=FaultsIT -Dfault=kill-singleton -Dseed=42
 * }</pre>
 */
package lull.faults;

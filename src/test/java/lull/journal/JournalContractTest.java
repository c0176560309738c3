package lull.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import akka.actor.ActorSystem;
import akka.persistence.CapabilityFlag;
import akka.persistence.japi.journal.JavaJournalSpec;
import akka.persistence.journal.JournalSpec$;
import com.typesafe.config.ConfigRenderOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import lull.TestDatabase;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.scalatest.Args;
import org.scalatest.events.Event;
import org.scalatest.events.SuiteAborted;
import org.scalatest.events.TestCanceled;
import org.scalatest.events.TestFailed;
import org.scalatest.events.TestIgnored;
import org.scalatest.events.TestPending;
import org.scalatest.events.TestSucceeded;
import scala.Option;

/** Akka's own test of a journal's contract, on the journal as it ships. Each of its tests shows up as one of ours. */
class JournalContractTest {

    private static final int TESTS = 17;

    @TestFactory
    Stream<DynamicTest> keeps_the_contract() {
        return run(new Contract(""));
    }

    /** Every history is longer than the first read here, and every second one than a page. */
    @TestFactory
    Stream<DynamicTest> keeps_the_contract_when_all_histories_are_read_in_pages() {
        return run(new Contract("lull.journal-plugin.plugin.replayBatchSize = 2, lull.journal.recovery-rows = 2"));
    }

    @TestFactory
    Stream<DynamicTest> keeps_the_contract_when_nothing_is_handed_over() {
        return run(new Contract("lull.journal.handover-size = 0"));
    }

    private static Stream<DynamicTest> run(Contract contract) {
        var events = new CopyOnWriteArrayList<Event>();

        contract.run(Option.empty(), everythingReportedTo(events)).waitUntilCompleted();

        var results = events.stream().flatMap(JournalContractTest::result).toList();
        System.out.println("Contract of akka-persistence: " + results.size() + " tests");
        assertThat(results).as("tests of the contract").hasSize(TESTS);
        return results.stream();
    }

    private static Stream<DynamicTest> result(Event event) {
        if (event instanceof TestSucceeded succeeded) {
            return Stream.of(DynamicTest.dynamicTest(succeeded.testName(), () -> {}));
        }
        if (event instanceof TestFailed failed) {
            return Stream.of(DynamicTest.dynamicTest(failed.testName(), () -> {
                throw new AssertionError(failed.message(), failed.throwable().getOrElse(() -> null));
            }));
        }
        // A part of the contract that was not tried is not kept either.
        if (event instanceof TestCanceled
                || event instanceof TestIgnored
                || event instanceof TestPending
                || event instanceof SuiteAborted) {
            return Stream.of(DynamicTest.dynamicTest(event.getClass().getSimpleName(), () -> fail(event.toString())));
        }
        return Stream.empty();
    }

    private static Args everythingReportedTo(List<Event> events) {
        return Args.apply(
                events::add,
                Args.apply$default$2(),
                Args.apply$default$3(),
                Args.apply$default$4(),
                Args.apply$default$5(),
                Args.apply$default$6(),
                Args.apply$default$7(),
                Args.apply$default$8(),
                Args.apply$default$9(),
                Args.apply$default$10());
    }

    private static final class Contract extends JavaJournalSpec {

        private static final long serialVersionUID = 1;

        // Asked for by the constructor of the class above, so there must be no initializer here.
        private transient ActorSystem system;

        private final String settings;

        Contract(String settings) {
            super(JournalSpec$.MODULE$.config());
            this.settings = settings;
        }

        @Override
        public synchronized ActorSystem system() {
            if (system == null) {
                system = TestSystem.start(
                        TestDatabase.fresh(),
                        settings,
                        JournalSpec$.MODULE$.config().root().render(ConfigRenderOptions.concise()));
            }
            return system;
        }

        @Override
        public CapabilityFlag supportsMetadata() {
            return CapabilityFlag.on();
        }
    }
}

package lull.journal;

import akka.actor.ActorSystem;
import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** An actor system with the journal as it ships. */
final class TestSystem {

    private TestSystem() {}

    static ActorSystem start(DataSource database, String... overrides) {
        return start(new JournalSetup(database, () -> {}), overrides);
    }

    static ActorSystem start(JournalSetup journal, String... overrides) {
        return ActorSystem.create(
                "journal", ActorSystemSetup.create(BootstrapSetup.create(config(overrides)), journal));
    }

    static Config config(String... overrides) {
        var tests = """
                akka.loglevel = WARNING
                akka.actor.provider = local
                akka.actor.allow-java-serialization = on
                akka.actor.warn-about-java-serializer-usage = off
                # The journal's contract test is of an older release.
                akka.fail-mixed-versions = off
                """;
        return Stream.of(overrides)
                .map(ConfigFactory::parseString)
                .reduce(ConfigFactory.empty(), Config::withFallback)
                .withFallback(ConfigFactory.parseString(tests))
                .withFallback(ConfigFactory.parseResources("journal.conf"))
                .withFallback(ConfigFactory.defaultReference())
                .resolve();
    }
}

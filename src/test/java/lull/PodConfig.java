package lull;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;

/** The configuration of a node that is started with a given environment, computed as the node does it. */
public record PodConfig(Settings settings, Config config, List<String> unknownVariables) {

    /**
     * @throws Settings.InvalidException as the node would
     */
    public static PodConfig of(Map<String, String> environment) {
        Config resolved = ConfigFactory.parseMap(environment)
                .withFallback(ConfigFactory.parseResources("application.conf"))
                .withFallback(ConfigFactory.defaultReferenceUnresolved())
                .withFallback(ConfigFactory.systemProperties())
                .resolve();
        Settings settings = Settings.of(resolved);
        return new PodConfig(
                settings, settings.akka().withFallback(resolved), Settings.unknownVariables(environment.keySet()));
    }
}

package lull;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.Callable;
import lull.database.Database;
import lull.database.DatabaseSettings;
import lull.database.Migrations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Brings the tables of a database up to date, for those who do not leave it to the nodes. */
@Command(name = "migrate", description = "Creates or upgrades the tables in the PostgreSQL of LULL_JDBC_URL, and ends.")
final class MigrateCommand implements Callable<Integer> {

    private static final Duration DATABASE_WAIT = Duration.ofSeconds(60);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Settings.Jdbc jdbc = Settings.of(ConfigFactory.load()).jdbc();
        String url = jdbc.url()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "LULL_JDBC_URL is not set: a node migrates the PostgreSQL of its own when it starts"));
        DatabaseSettings settings = new DatabaseSettings(url, jdbc.user(), jdbc.password(), 1);
        try (Database database = Database.open(settings, () -> false)) {
            database.awaitAvailable(DATABASE_WAIT);
        }
        Migrations migrations = new Migrations(settings);
        migrations.migrate();
        System.out.println(
                "the tables are at version " + migrations.currentVersion().orElse("none"));
        return 0;
    }
}

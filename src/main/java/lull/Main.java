package lull;

import java.util.LinkedHashMap;
import java.util.Map;
import lull.bench.BenchCommand;

/** The program: {@code java -jar lull.jar [node|replay|generate|tick|migrate|bench] [options]}. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        ThreadTrap.avoid();
        Map<String, Object> commands = new LinkedHashMap<>();
        commands.put("node", new NodeCommand());
        commands.put("migrate", new MigrateCommand());
        commands.put("bench", new BenchCommand(MeasuredNode::start));
        System.exit(Commands.run(Commands.with(commands), args));
    }
}

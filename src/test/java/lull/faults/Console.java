package lull.faults;

/** Standard output, one line at a time. */
final class Console {

    private Console() {}

    static void say(String line) {
        synchronized (Console.class) {
            System.out.println(line);
            System.out.flush();
        }
    }
}

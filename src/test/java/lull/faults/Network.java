package lull.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A switch in the network namespace of this process, and places on it: namespaces of their own, each with one address. Whoever can reach
 * whom is changed by packet filters on the receiving side, so a packet that is cut is lost without a word, as on a broken cable.
 */
final class Network implements AutoCloseable {

    private static final int HERE = 1;

    private static final String NAME = "lull0";
    private static final String SUBNET = "10.99.0.";

    private final List<Place> places = new ArrayList<>();

    Network() {
        Shell.run("ip", "link", "set", "lo", "up");
        Shell.run("ip", "link", "add", NAME, "type", "bridge");
        Shell.run("ip", "address", "add", SUBNET + HERE + "/24", "dev", NAME);
        Shell.run("ip", "link", "set", NAME, "up");
    }

    /** A namespace with an address, kept open by a process that does nothing. */
    final class Place implements AutoCloseable {
        private final String name;
        private final String address;
        private final String cable;
        private final Process keeper;

        private Place(String name, int host) {
            this.name = name;
            this.address = SUBNET + host;
            this.cable = NAME + "-" + host;
            try {
                // It ends with its standard input, so with us.
                keeper = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo made; read -r end").start();
                keeper.inputReader().readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Shell.run(
                    "ip",
                    "link",
                    "add",
                    cable,
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "eth0",
                    "netns",
                    Long.toString(keeper.pid()));
            Shell.run("ip", "link", "set", cable, "master", NAME, "up");
            inside("ip", "link", "set", "lo", "up");
            inside("ip", "address", "add", address + "/24", "dev", "eth0");
            inside("ip", "link", "set", "eth0", "up");
            inside("nft", "add table ip lull");
            inside("nft", "add chain ip lull cut { type filter hook input priority 0; }");
        }

        String name() {
            return name;
        }

        String address() {
            return address;
        }

        /** The same command, run in this place. The process is the command's own. */
        List<String> command(List<String> command) {
            return Stream.concat(Stream.of("nsenter", "--net=/proc/" + keeper.pid() + "/ns/net"), command.stream())
                    .toList();
        }

        private void inside(String... command) {
            Shell.run(command(List.of(command)));
        }

        /** Nothing that these send arrives here any more. */
        void hearNothingFrom(List<Place> others) {
            String addresses = others.stream().map(Place::address).collect(Collectors.joining(", "));
            inside("nft", "add rule ip lull cut ip saddr { " + addresses + " } drop");
        }

        private void hearEverybody() {
            inside("nft", "flush chain ip lull cut");
        }

        @Override
        public void close() {
            // The kernel takes its time to clear a namespace away; the next place may want the name of the cable now.
            Shell.run("ip", "link", "delete", cable);
            keeper.destroyForcibly();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** @param host the last number of its address, 2 to 254 */
    Place place(String name, int host) {
        Place place = new Place(name, host);
        places.add(place);
        return place;
    }

    /** Nothing passes between one side and the other. */
    static void cut(List<Place> one, List<Place> other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    /** What {@code from} sends does not arrive at {@code to}. */
    static void cutOneWay(List<Place> from, List<Place> to) {
        to.forEach(it -> it.hearNothingFrom(from));
    }

    void heal() {
        places.forEach(Place::hearEverybody);
    }

    @Override
    public void close() {
        places.forEach(Place::close);
        Shell.run("ip", "link", "delete", NAME);
    }
}

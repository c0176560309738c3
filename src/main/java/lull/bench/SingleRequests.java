package lull.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One message a request on connections that stay open: one thread and as little work as can be, since its CPU counts. */
final class SingleRequests {

    private static final int LONGEST_ANSWER = 8 * 1024;
    private static final String LENGTH = "content-length: ";

    private final Traffic traffic;
    private final int port;
    private int next;
    private int answered;

    private SingleRequests(Traffic traffic, int port) {
        this.traffic = traffic;
        this.port = port;
    }

    /** Sends all, each connection the next one when it is answered. Every answer is a 200, or this fails. */
    static void send(Traffic traffic, int port, int connections) throws IOException {
        new SingleRequests(traffic, port).send(connections);
    }

    private void send(int connections) throws IOException {
        List<SocketChannel> channels = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < Math.min(connections, traffic.size()); i++) {
                SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
                channels.add(channel);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(LONGEST_ANSWER));
                sendNext(channel);
            }
            while (answered < traffic.size()) {
                selector.select(this::read);
            }
        } finally {
            for (SocketChannel channel : channels) {
                channel.close();
            }
        }
    }

    private void sendNext(SocketChannel channel) throws IOException {
        if (next == traffic.size()) {
            return;
        }
        ByteBuffer request = ByteBuffer.wrap(traffic.request(next++, port));
        while (request.hasRemaining()) {
            channel.write(request); // a few hundred bytes and nothing before them: they find room
        }
    }

    private void read(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        ByteBuffer answer = (ByteBuffer) key.attachment();
        try {
            if (channel.read(answer) < 0) {
                throw new EOFException("the node closed a connection");
            }
            if (isWhole(answer)) {
                answer.clear();
                answered++;
                sendNext(channel);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isWhole(ByteBuffer answer) throws IOException {
        String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
        int head = text.indexOf("\r\n\r\n");
        if (head < 0) {
            return false;
        }
        if (!text.startsWith("HTTP/1.1 200 ")) {
            throw new IOException("the node answered " + text.replaceAll("\\s+", " "));
        }
        int length = text.substring(0, head).toLowerCase(Locale.ROOT).indexOf(LENGTH) + LENGTH.length();
        int end = text.indexOf('\r', length);
        return text.length() == head + 4 + Integer.parseInt(text, length, end, 10);
    }
}

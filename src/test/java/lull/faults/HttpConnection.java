package lull.faults;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * One connection, one request at a time. It knows what no client library tells for sure: whether anything of a request was sent. It
 * tries nothing twice.
 */
final class HttpConnection implements AutoCloseable {

    private static final int LONGEST_BODY = 1 << 20;

    private final SocketChannel channel;
    private final InputStream in;
    private final String host;
    private boolean reusable = true;
    private long lastUsedNanos = System.nanoTime();

    /** What came back. */
    record Answer(int status, byte[] body) {}

    private HttpConnection(SocketChannel channel, String host) throws IOException {
        this.channel = channel;
        this.in = new BufferedInputStream(channel.socket().getInputStream());
        this.host = host;
    }

    /** @throws IOException nothing was sent */
    static HttpConnection open(URI server, Duration atMost) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket()
                    .connect(new InetSocketAddress(server.getHost(), server.getPort()), (int) atMost.toMillis());
            return new HttpConnection(channel, server.getHost() + ":" + server.getPort());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * @param body empty for none
     * @throws java.net.SocketTimeoutException no answer in time
     * @throws IOException the connection ended first
     */
    Answer exchange(String method, String path, String body, Duration patience) throws IOException {
        boolean whole = false;
        try {
            byte[] content = body.getBytes(StandardCharsets.UTF_8);
            String head = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n"
                    + (content.length == 0
                            ? ""
                            : "Content-Type: application/json\r\nContent-Length: " + content.length + "\r\n")
                    + "\r\n";
            ByteBuffer request = ByteBuffer.allocate(head.length() + content.length)
                    .put(head.getBytes(StandardCharsets.US_ASCII))
                    .put(content)
                    .flip();
            while (request.hasRemaining()) {
                channel.write(request);
            }
            channel.socket().setSoTimeout((int) patience.toMillis());
            Answer answer = read();
            whole = true;
            return answer;
        } finally {
            reusable &= whole;
            lastUsedNanos = System.nanoTime();
        }
    }

    private Answer read() throws IOException {
        String[] statusLine = line().split(" ", 3);
        int status = Integer.parseInt(statusLine[1]);
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String name = header.substring(0, header.indexOf(':')).toLowerCase(Locale.ROOT);
            String value = header.substring(name.length() + 1).strip();
            if (name.equals("content-length")) {
                length = Integer.parseInt(value);
            } else if (name.equals("transfer-encoding")) {
                throw new IOException("an answer in chunks was not expected");
            } else if (name.equals("connection") && value.equalsIgnoreCase("close")) {
                reusable = false;
            }
        }
        if (length > LONGEST_BODY) {
            throw new IOException("an answer of " + length + " bytes was not expected");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the connection ended within an answer");
        }
        return new Answer(status, body);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > 8_192) {
                throw new EOFException("the connection ended before an answer");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** Whether it can take another request: it was not used for too long, and the other side has not closed it. */
    boolean isUsable(Duration longestRest) {
        if (!reusable || System.nanoTime() - lastUsedNanos > longestRest.toNanos()) {
            return false;
        }
        try {
            channel.configureBlocking(false);
            try {
                return channel.read(ByteBuffer.allocate(1)) == 0;
            } finally {
                channel.configureBlocking(true);
            }
        } catch (IOException gone) {
            return false;
        }
    }

    boolean isReusable() {
        return reusable;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException nothingMoreToDo) {
            reusable = false;
        }
    }
}

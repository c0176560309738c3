package lull.acceptance;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A connection that is kept, without a client that opens another or tries again behind one's back. */
final class RawConnection implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private final String host;

    RawConnection(URI node) throws IOException {
        socket = new Socket(node.getHost(), node.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Http.PATIENCE.toMillis());
        in = new BufferedInputStream(socket.getInputStream());
        host = node.getHost() + ":" + node.getPort();
    }

    /** @param last whether the server closes the connection behind it */
    record Answer(int status, boolean last) {}

    void begin(String path, String json) throws IOException {
        write("POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\nContent-Length: "
                + json.length() + "\r\n\r\n");
    }

    void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** @throws EOFException if the connection ends before the answer does */
    Answer read() throws IOException {
        int status = Integer.parseInt(line().split(" ")[1]);
        int length = 0;
        boolean last = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        lower.substring("content-length:".length()).strip());
            }
            last |= lower.replace(" ", "").equals("connection:close");
        }
        if (in.readNBytes(length).length < length) {
            throw new EOFException("in the middle of an answer");
        }
        return new Answer(status, last);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("before the end of an answer: '" + line + "'");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package lull.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Messages as lines of one request, whose results are read while it is being written. */
final class LineStream {

    private static final byte[] GOOD = "\"status\":200,".getBytes(StandardCharsets.US_ASCII);

    private LineStream() {}

    /**
     * Sends all on so many streams at a time. Each result is a 200, or this fails. A conversation is on one stream only, so that its
     * messages keep their order.
     */
    static void send(Traffic traffic, int port, int streams) throws IOException {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            int stream = i;
            CompletableFuture<Void> done = new CompletableFuture<>();
            all.add(done);
            new Thread(
                            () -> {
                                try {
                                    sendOne(traffic, port, stream, streams);
                                    done.complete(null);
                                } catch (IOException | RuntimeException e) {
                                    done.completeExceptionally(e);
                                }
                            },
                            "stream-" + stream)
                    .start();
        }
        try {
            all.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw new IOException(e.getCause().toString(), e.getCause());
        }
    }

    private static void sendOne(Traffic traffic, int port, int stream, int streams) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            Thread writer = new Thread(() -> write(socket, traffic, port, stream, streams), "write-" + stream);
            writer.start();
            int lines = results(new BufferedInputStream(socket.getInputStream(), 64 * 1024));
            int sent = 0;
            for (int i = 0; i < traffic.size(); i++) {
                sent += traffic.conversations()[i] % streams == stream ? 1 : 0;
            }
            if (lines != sent) {
                throw new IOException(lines + " results for " + sent + " lines");
            }
        }
    }

    private static void write(Socket socket, Traffic traffic, int port, int stream, int streams) {
        try {
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
            out.write(("POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:" + port
                            + "\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = new byte[16 * 1024];
            int length = 0;
            for (int i = 0; i < traffic.size(); i++) {
                if (traffic.conversations()[i] % streams != stream) {
                    continue;
                }
                byte[] line = traffic.line(i);
                if (length + line.length > chunk.length) {
                    writeChunk(out, chunk, length);
                    length = 0;
                }
                System.arraycopy(line, 0, chunk, length, line.length);
                length += line.length;
            }
            writeChunk(out, chunk, length);
            writeChunk(out, chunk, 0);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the reader sees the end of the connection as well
        }
    }

    /** A chunk of length 0 ends the body. */
    private static void writeChunk(OutputStream out, byte[] chunk, int length) throws IOException {
        out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(chunk, 0, length);
        out.write('\r');
        out.write('\n');
    }

    /** How many results came. */
    private static int results(InputStream in) throws IOException {
        String status = line(in);
        if (!status.startsWith("HTTP/1.1 200 ")) {
            throw new IOException("the node answered " + status);
        }
        while (!line(in).isEmpty()) {
            // the head is over at the empty line
        }
        int good = 0;
        int lines = 0;
        int matched = 0;
        for (int length = chunk(in); length > 0; length = chunk(in)) {
            byte[] bytes = in.readNBytes(length);
            for (byte it : bytes) {
                if (it == '\n') {
                    lines++;
                }
                matched = it == GOOD[matched] ? matched + 1 : it == GOOD[0] ? 1 : 0;
                if (matched == GOOD.length) {
                    good++;
                    matched = 0;
                }
            }
            line(in);
        }
        if (good != lines) {
            throw new IOException((lines - good) + " of " + lines + " lines were refused");
        }
        return lines;
    }

    private static int chunk(InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int it = in.read(); it != '\n'; it = in.read()) {
            if (it < 0) {
                throw new EOFException("the node closed the connection");
            }
            if (it != '\r') {
                line.append((char) it);
            }
        }
        return line.toString();
    }
}

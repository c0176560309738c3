package lull.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a server that can be cut, made silent and repaired: a forwarder of TCP connections. */
final class Wire implements AutoCloseable {

    private final int port;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean silent;
    private ServerSocket entrance;
    private Thread acceptor;

    Wire(int target) throws IOException {
        this.target = target;
        this.entrance = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        this.port = entrance.getLocalPort();
        this.acceptor = accept(entrance);
    }

    int port() {
        return port;
    }

    /** New connections are refused, old ones end. */
    void cut() throws IOException {
        entrance.close();
        join(acceptor); // until it has left accept(), the kernel keeps the port
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    void repair() throws IOException {
        silent = false;
        entrance = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
        acceptor = accept(entrance);
    }

    /** Connections stay and are taken, but nothing passes any more. */
    void silence() {
        silent = true;
    }

    private Thread accept(ServerSocket at) {
        return start(() -> {
            while (true) {
                Socket near = at.accept();
                Socket far = new Socket(InetAddress.getByName("127.0.0.1"), target);
                sockets.add(near);
                sockets.add(far);
                start(() -> forward(near, far));
                start(() -> forward(far, near));
            }
        });
    }

    private void forward(Socket from, Socket to) throws IOException {
        byte[] bytes = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                if (!silent) {
                    out.write(bytes, 0, n);
                }
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static Thread start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // The connection has ended, on either side or by cut(): so does its thread.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() throws IOException {
        cut();
    }
}

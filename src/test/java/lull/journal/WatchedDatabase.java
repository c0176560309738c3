package lull.journal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A data source that counts statements and open connections, and can make its callers wait or fail. */
final class WatchedDatabase {

    private final DataSource database;
    private final AtomicInteger statements = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger held = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile boolean down;

    WatchedDatabase(DataSource database) {
        this.database = database;
    }

    DataSource dataSource() {
        return proxy(DataSource.class, (method, args) -> {
            if (!method.getName().equals("getConnection")) {
                return method.invoke(database, args);
            }
            attempts.incrementAndGet();
            held.incrementAndGet();
            gate.await();
            held.decrementAndGet();
            if (down) {
                throw new SQLTransientConnectionException("cut by the test");
            }
            open.incrementAndGet();
            return watched(database.getConnection());
        });
    }

    private Connection watched(Connection connection) {
        return proxy(Connection.class, (method, args) -> {
            if (method.getName().equals("prepareStatement")) {
                statements.incrementAndGet();
            }
            if (method.getName().equals("close")) {
                open.decrementAndGet();
            }
            return method.invoke(connection, args);
        });
    }

    /** Whoever asks for a connection from now on waits until {@link #release()}. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    int held() {
        return held.get();
    }

    void release() {
        gate.countDown();
    }

    void down(boolean isDown) {
        down = isDown;
    }

    int statements() {
        return statements.get();
    }

    int attempts() {
        return attempts.get();
    }

    int open() {
        return open.get();
    }

    private interface Call {
        Object on(Method method, Object[] args) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            try {
                return call.on(method, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }
}

package lull.tools;

import java.io.IOException;

/** One try to get something from the node. */
@FunctionalInterface
interface Attempt<T> {

    /**
     * @throws IOException if it is worth trying again
     * @throws Node.Refused if it is not
     */
    T run() throws IOException, Node.Refused, InterruptedException;
}

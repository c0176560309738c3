package lull.bench;

import java.util.Set;

/** Takes some of the figures. */
interface Measurement {

    /** What {@code --only} may name. */
    Set<String> names();

    /** @param wanted those of the names that are to be measured: at least one */
    void measure(Workbench bench, Set<String> wanted) throws Exception;
}

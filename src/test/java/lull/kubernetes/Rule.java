package lull.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What must hold of everything that is rendered.
 *
 * @param name a sentence
 */
record Rule(String name, Check check) {

    /** Tells what is wrong. */
    @FunctionalInterface
    interface Check {
        void check(Rendered rendered, Consumer<String> wrong);
    }

    static List<Rule> all() {
        return Stream.of(PodRules.ALL, ReferenceRules.ALL, NetworkRules.ALL, ClusterRules.ALL, JobRules.ALL)
                .flatMap(List::stream)
                .toList();
    }

    List<String> violations(Rendered rendered) {
        List<String> violations = new ArrayList<>();
        check.check(rendered, it -> violations.add(name + ": " + it));
        return violations;
    }

    @Override
    public String toString() {
        return name;
    }
}

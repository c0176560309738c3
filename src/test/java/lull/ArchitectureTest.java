package lull;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** One line of packages: {@code domain <- entity <- readmodel <- sweep}; the others beside it; only the top sees all. */
@AnalyzeClasses(packages = "lull", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule the_domain_is_pure = classes()
            .that()
            .resideInAPackage("lull.domain..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("lull.domain..", "java.lang..", "java.time", "java.util..");

    @ArchTest
    static final ArchRule the_domain_has_no_clock = noClasses()
            .that()
            .resideInAPackage("lull.domain..")
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.time.Clock.class)
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime");

    @ArchTest
    static final ArchRule entity_sees_only_the_domain = only("entity", "domain");

    @ArchTest
    static final ArchRule readmodel_sees_entity_and_below = only("readmodel", "entity", "domain");

    @ArchTest
    static final ArchRule sweep_sees_readmodel_and_below = only("sweep", "readmodel", "entity", "domain");

    @ArchTest
    static final ArchRule http_sees_readmodel_and_below = only("http", "readmodel", "entity", "domain");

    @ArchTest
    static final ArchRule the_journal_knows_nothing_of_conversations = only("journal");

    @ArchTest
    static final ArchRule the_database_knows_nothing_of_conversations = only("database");

    @ArchTest
    static final ArchRule tools_know_the_rules_and_the_public_api = only("tools", "domain");

    @ArchTest
    static final ArchRule bench_sees_sweep_and_below_and_the_tools =
            only("bench", "sweep", "readmodel", "entity", "domain", "tools");

    @ArchTest
    static final ArchRule nobody_goes_round_in_circles =
            slices().matching("lull.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule slick_is_met_only_where_the_plugin_asks_for_it = noClasses()
            .that()
            .resideOutsideOfPackage("lull.journal")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("slick..");

    @ArchTest
    static final ArchRule nobody_sleeps = noClasses().should().callMethod(Thread.class, "sleep", long.class);

    private static ArchRule only(String from, String... allowed) {
        String[] others = java.util.stream.Stream.of(
                        "domain", "entity", "readmodel", "sweep", "http", "journal", "database", "tools", "bench")
                .filter(it -> !it.equals(from) && !java.util.List.of(allowed).contains(it))
                .map(it -> "lull." + it + "..")
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage("lull." + from + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("lull");
    }
}

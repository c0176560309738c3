package lull.model;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

class ModelIndependenceTest {

    /** A second computation that borrows from the first proves nothing. */
    @Test
    void the_model_shares_nothing_with_the_service() {
        var ours = new ClassFileImporter().importPackages("lull.model");

        noClasses()
                .that()
                .resideInAPackage("lull.model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "lull",
                        "lull.domain..",
                        "lull.entity..",
                        "lull.journal..",
                        "lull.readmodel..",
                        "lull.sweep..",
                        "lull.http..",
                        "lull.tools..",
                        "akka..")
                .check(ours);
    }
}

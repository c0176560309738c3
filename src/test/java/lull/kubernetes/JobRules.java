package lull.kubernetes;

import static lull.kubernetes.Rendered.list;
import static lull.kubernetes.Rendered.texts;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lull.kubernetes.Rendered.Workload;

/** What is run once, or again and again. */
final class JobRules {

    static final List<Rule> ALL = List.of(
            new Rule("jobs end", JobRules::end),
            new Rule("the heap of a job fits into its memory", JobRules::memory),
            new Rule("the migration can be applied again", JobRules::migration),
            new Rule("the cron job is the only clock", JobRules::clock),
            new Rule("the cron job neither overlaps nor stops", JobRules::cron));

    private JobRules() {}

    private static void end(Rendered rendered, Consumer<String> wrong) {
        for (Workload it : rendered.jobs()) {
            JsonNode object = rendered.get(it.kind(), it.name());
            JsonNode spec = it.kind().equals("CronJob") ? object.at("/spec/jobTemplate/spec") : object.path("spec");
            for (String field : List.of("backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished")) {
                if (spec.path(field).asInt() <= 0) {
                    wrong.accept(it.name() + ": " + field);
                }
            }
            if (!it.spec().path("restartPolicy").asText().equals("Never")) {
                wrong.accept(it.name() + ": restartPolicy");
            }
        }
    }

    private static void memory(Rendered rendered, Consumer<String> wrong) {
        for (Workload it : rendered.jobs()) {
            JsonNode container = it.containers().get(0);
            Matcher heap = Pattern.compile("-Xmx(\\d+)m")
                    .matcher(rendered.environment(it, container).getOrDefault("JAVA_TOOL_OPTIONS", ""));
            long limit =
                    ClusterRules.bytes(container.at("/resources/limits/memory").asText());
            if (!heap.find() || (Long.parseLong(heap.group(1)) << 20) > limit / 2) {
                wrong.accept(it.name());
            }
        }
    }

    private static void migration(Rendered rendered, Consumer<String> wrong) {
        List<Workload> migrations =
                rendered.jobs().stream().filter(it -> it.kind().equals("Job")).toList();
        if (migrations.size() != 1) {
            wrong.accept(migrations.size() + " Jobs");
        }
        for (Workload it : migrations) {
            JsonNode container = it.containers().get(0);
            if (!texts(container.path("args")).equals(List.of("migrate"))) {
                wrong.accept("it runs " + container.path("args"));
            }
            // A Job cannot be changed: nothing in it may have a name that changes with its content.
            if (container.has("envFrom")) {
                wrong.accept("it takes its environment from " + container.path("envFrom"));
            }
            List<String> own = list(container.path("env"))
                    .map(variable -> variable.path("name").asText())
                    .toList();
            if (!own.containsAll(List.of("LULL_JDBC_URL", "LULL_JDBC_USER", "LULL_JDBC_PASSWORD"))) {
                wrong.accept("it knows only " + own);
            }
        }
    }

    private static void clock(Rendered rendered, Consumer<String> wrong) {
        boolean inside = rendered.config().settings().tick().isPresent();
        boolean outside = rendered.of("CronJob").findAny().isPresent();
        if (inside == outside) {
            wrong.accept(inside ? "both tick" : "nobody ticks");
        }
    }

    private static void cron(Rendered rendered, Consumer<String> wrong) {
        rendered.of("CronJob").forEach(object -> {
            JsonNode spec = object.path("spec");
            boolean sound = spec.path("concurrencyPolicy").asText().equals("Forbid")
                    && spec.path("startingDeadlineSeconds").asInt() >= 60
                    && !spec.path("timeZone").asText().isEmpty()
                    && spec.has("successfulJobsHistoryLimit")
                    && spec.has("failedJobsHistoryLimit");
            if (!sound) {
                wrong.accept("it is " + spec);
            }
            List<String> arguments = texts(spec.at("/jobTemplate/spec/template/spec/containers/0/args"));
            int url = arguments.indexOf("--url");
            int patience = arguments.indexOf("--give-up-after");
            if (url < 0
                    || patience < 0
                    || !arguments.get(0).equals("tick")
                    || rendered.find("Service", arguments.get(url + 1).replace("http://", ""))
                            .isEmpty()) {
                wrong.accept("it runs " + arguments);
                return;
            }
            int deadline = spec.at("/jobTemplate/spec/activeDeadlineSeconds").asInt();
            if (Duration.parse(arguments.get(patience + 1)).toSeconds() >= deadline) {
                wrong.accept("it is killed before it gives up");
            }
        });
    }
}

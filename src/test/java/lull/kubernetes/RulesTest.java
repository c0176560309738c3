package lull.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule notices what it is there for: manifests that keep all of them are broken in one place. */
class RulesTest {

    private static final YAMLMapper YAML = new YAMLMapper();

    /**
     * One place.
     *
     * @param rule that is to notice
     * @param overlay with all components
     * @param object kind/name; a name that ends in a dash is completed by its hash
     * @param pointer JSON pointer
     * @param value YAML; empty: what is there is removed
     */
    private record Break(String rule, String overlay, String object, String pointer, String value) {

        static Break parse(String line) {
            String[] parts =
                    Arrays.stream(line.split("\\|", -1)).map(String::strip).toArray(String[]::new);
            return new Break(parts[0], parts[1], parts[2], parts[3], parts[4]);
        }

        void apply(Rendered rendered) throws IOException {
            String kind = object.substring(0, object.indexOf('/'));
            String name = object.substring(object.indexOf('/') + 1);
            String full = !name.endsWith("-")
                    ? name
                    : rendered.of(kind)
                            .map(it -> it.at("/metadata/name").asText())
                            .filter(it -> it.startsWith(name))
                            .findFirst()
                            .orElseThrow();
            Optional<JsonNode> node = value.isEmpty() ? Optional.empty() : Optional.of(YAML.readTree(value));
            rendered.change(kind, full, pointer, node);
        }
    }

    private static final String POD = "/spec/template/spec";
    private static final String CONTAINER = POD + "/containers/0";
    private static final String CRON_POD = "/spec/jobTemplate/spec/template/spec";

    private static final String BREAKS =
            """
            pods are restricted | prod | Deployment/lull | {pod}/securityContext/runAsNonRoot | false
            pods are restricted | prod | Deployment/lull | {pod}/securityContext/runAsUser | 0
            pods are restricted | prod | Deployment/lull | {pod}/securityContext/seccompProfile |
            pods are restricted | prod | Deployment/lull | {pod}/hostNetwork | true
            pods are restricted | prod | Deployment/lull | {pod}/volumes/0 | {name: tmp, hostPath: {path: /tmp}}
            pods are restricted | prod | Deployment/lull | {pod}/volumes/0/emptyDir | {}
            pods are restricted | dev | StatefulSet/lull-postgres | {container}/securityContext/allowPrivilegeEscalation |
            pods are restricted | dev | CronJob/lull-tick | {cron}/containers/0/securityContext/readOnlyRootFilesystem | false
            pods are restricted | dev | Job/lull-migrate-0-1-0 | {container}/securityContext/capabilities/drop | [NET_RAW]
            pods are restricted | dev | Job/lull-migrate-0-1-0 | {container}/securityContext/capabilities/add | [NET_RAW]
            pods are restricted | prod | Deployment/lull | {container}/securityContext/privileged | true
            the namespace enforces it | prod | Namespace/lull | /metadata/labels/pod-security.kubernetes.io~1enforce | baseline
            images have a version | prod | Deployment/lull | {container}/image | lull:latest
            images have a version | prod | Deployment/lull | {container}/image | registry.example.com:5000/lull
            images have a version | prod | CronJob/lull-tick | {cron}/containers/0/imagePullPolicy | Always
            it is the version of the project | prod | Deployment/lull | {container}/image | lull:0.0.9
            it is the version of the project | prod | Deployment/lull | /spec/template/metadata/labels/app.kubernetes.io~1version | 0.0.9
            it is the version of the project | prod | Job/lull-migrate-0-1-0 | /metadata/name | lull-migrate
            memory is reserved, the processor is not limited | prod | Deployment/lull | {container}/resources/limits/cpu | 2
            memory is reserved, the processor is not limited | prod | Deployment/lull | {container}/resources/limits/memory | 4Gi
            memory is reserved, the processor is not limited | prod | Job/lull-migrate-0-1-0 | {container}/resources/requests |
            no variables of services | prod | Deployment/lull | {pod}/enableServiceLinks |
            what is secret is not written down | prod | Deployment/lull | {container}/env/- | {name: LULL_JDBC_PASSWORD, value: x}
            what is secret is not written down | prod | ConfigMap/lull- | /data/LULL_JDBC_PASSWORD | x
            everything is in the one namespace | prod | Service/lull | /metadata/namespace | default
            what pods name is there | prod | Deployment/lull | {pod}/serviceAccountName | lul
            what pods name is there | prod | Deployment/lull | {pod}/priorityClassName | high
            what pods name is there | prod | Deployment/lull | {container}/envFrom/0/configMapRef/name | lull
            what pods name is there | prod | Deployment/lull | {container}/env/3/valueFrom/secretKeyRef/name | database
            what pods name is there | dev | Deployment/lull | {container}/env/3/valueFrom/secretKeyRef/key | uri
            what pods name is there | prod | Deployment/lull | {container}/volumeMounts/0/name | temp
            what pods name is there | prod | HorizontalPodAutoscaler/lull | /spec/scaleTargetRef/name | lul
            what pods name is there | dev | StatefulSet/lull-postgres | /spec/serviceName | postgres
            a changed setting has another name | prod | ConfigMap/lull- | /metadata/name | lull
            ports are there by their names | prod | Service/lull | /spec/ports/0/targetPort | web
            ports are there by their names | prod | Deployment/lull | {container}/readinessProbe/httpGet/port | managment
            selectors select their own pods and no others | prod | Deployment/lull | /spec/selector/matchLabels/app | lul
            selectors select their own pods and no others | prod | Deployment/lull | /spec/selector/matchLabels/app.kubernetes.io~1version | 0.1.0
            selectors select their own pods and no others | prod | Service/lull | /spec/selector | {app.kubernetes.io/name: lull}
            selectors select their own pods and no others | prod | PodDisruptionBudget/lull | /spec/selector/matchLabels/app | lull-tick
            selectors select their own pods and no others | prod | Deployment/lull | {pod}/topologySpreadConstraints/0/labelSelector |
            selectors select their own pods and no others | prod | Job/lull-migrate-0-1-0 | /spec/template/metadata/labels/app | lull
            only the nodes may ask the API server | prod | Deployment/lull | {pod}/automountServiceAccountToken | false
            only the nodes may ask the API server | prod | CronJob/lull-tick | {cron}/automountServiceAccountToken |
            only the nodes may ask the API server | prod | ServiceAccount/lull | /automountServiceAccountToken |
            and only for pods | prod | Role/lull-discovery | /rules/0/verbs | [get, list]
            and only for pods | prod | Role/lull-discovery | /rules/0/verbs/- | delete
            and only for pods | prod | Role/lull-discovery | /rules/0/resources/- | secrets
            and only for pods | prod | Role/lull-discovery | /rules/- | {apiGroups: [""], resources: [secrets], verbs: [get]}
            and only for pods | prod | RoleBinding/lull-discovery | /subjects/0/name | default
            the nodes listen where others look for them | prod | Deployment/lull | {container}/ports/0/containerPort | 2552
            the nodes listen where others look for them | prod | ConfigMap/lull- | /data/LULL_REMOTING_PORT | "0"
            the nodes listen where others look for them | prod | Deployment/lull | {container}/env/0 | {name: LULL_REMOTING_INTERFACE, value: 127.0.0.1}
            nothing is open by default | prod | NetworkPolicy/default-deny | /spec/policyTypes | [Ingress]
            nothing is open by default | prod | NetworkPolicy/default-deny | /spec/egress | [{}]
            what listens is reached, and nothing else | prod | NetworkPolicy/lull | /spec/ingress/0/ports/0/port | 2552
            what listens is reached, and nothing else | prod | NetworkPolicy/lull | /spec/ingress/1/from |
            what listens is reached, and nothing else | dev | NetworkPolicy/lull-postgres | /spec/ingress/0/ports/- | {protocol: TCP, port: 22}
            only nodes reach remoting and management | prod | NetworkPolicy/lull | /spec/ingress/0/from/- | {podSelector: {}}
            only nodes reach remoting and management | prod | NetworkPolicy/lull | /spec/ingress/1/ports/- | {protocol: TCP, port: 8558}
            the nodes reach what they need, and nothing else | prod | NetworkPolicy/lull | /spec/egress/2 |
            the nodes reach what they need, and nothing else | prod | NetworkPolicy/lull | /spec/egress/- | {}
            the nodes reach what they need, and nothing else | prod | NetworkPolicy/lull | /spec/egress/0/ports/1 |
            everything else reaches only what it needs | prod | NetworkPolicy/lull-migrate | /spec/egress/1 |
            everything else reaches only what it needs | dev | NetworkPolicy/lull-postgres | /spec/egress | [{ports: [{protocol: TCP, port: 443}]}]
            everything else reaches only what it needs | dev | NetworkPolicy/lull-postgres | /spec/ingress/0/from/0/podSelector/matchExpressions/0/values/1 |
            everything else reaches only what it needs | prod | NetworkPolicy/lull | /spec/ingress/2 |
            settings are known and valid | prod | ConfigMap/lull- | /data/LULL_IDLE_AFTR | PT1M
            settings are known and valid | prod | ConfigMap/lull- | /data/LULL_IDLE_AFTER | 15 min
            settings are known and valid | prod | ConfigMap/lull- | /data/LULL_MIGRATE | "true"
            settings are known and valid | prod | Deployment/lull | {container}/env/3 |
            discovery finds the nodes and nobody else | prod | ConfigMap/lull- | /data/LULL_SERVICE | lul
            discovery finds the nodes and nobody else | prod | ConfigMap/lull- | /data/LULL_CONTACT_POINTS | 10.0.0.7:8558
            discovery finds the nodes and nobody else | prod | CronJob/lull-tick | /spec/jobTemplate/spec/template/metadata/labels/app | lull
            discovery finds the nodes and nobody else | prod | Deployment/lull | {container}/name | app
            discovery finds the nodes and nobody else | prod | Deployment/lull | {container}/ports/1/name | mgmt
            a majority is needed for a new cluster | prod | ConfigMap/lull- | /data/LULL_REQUIRED_CONTACT_POINTS | "1"
            a majority is needed for a new cluster | prod | ConfigMap/lull- | /data/LULL_REQUIRED_CONTACT_POINTS | "4"
            a majority is needed for a new cluster | prod | HorizontalPodAutoscaler/lull | /spec/minReplicas | 2
            one node at a time is replaced | prod | Deployment/lull | /spec/strategy/rollingUpdate/maxSurge | 25%
            one node at a time is replaced | prod | Deployment/lull | /spec/strategy/rollingUpdate/maxUnavailable | 1
            one node at a time is replaced | prod | Deployment/lull | /spec/strategy | {type: Recreate}
            one node at a time is replaced | prod | Deployment/lull | /spec/minReadySeconds |
            one node at a time is replaced | prod | Deployment/lull | /spec/revisionHistoryLimit | 0
            one node at a time is evicted | prod | PodDisruptionBudget/lull | /spec/maxUnavailable | 2
            one node at a time is evicted | prod | PodDisruptionBudget/lull | /spec/unhealthyPodEvictionPolicy |
            nodes are spread | prod | Deployment/lull | {pod}/topologySpreadConstraints/1 |
            nodes are spread | prod | Deployment/lull | {pod}/topologySpreadConstraints/1/matchLabelKeys |
            a node has time to leave | prod | Deployment/lull | {pod}/terminationGracePeriodSeconds | 90
            a node has time to leave | prod | Deployment/lull | {pod}/terminationGracePeriodSeconds |
            a node has time to leave | prod | ConfigMap/lull- | /data/LULL_DRAIN | PT30S
            a node has time to leave | prod | ConfigMap/lull- | /data/LULL_DRAIN |
            probes ask what the node answers | prod | Deployment/lull | {container}/livenessProbe/httpGet/path | /ready
            probes ask what the node answers | prod | Deployment/lull | {container}/readinessProbe/httpGet/port | http
            probes ask what the node answers | prod | Deployment/lull | {container}/readinessProbe/timeoutSeconds |
            probes ask what the node answers | prod | Deployment/lull | {container}/startupProbe |
            the conversations fit into the heap | prod | ConfigMap/lull- | /data/LULL_RESIDENT_CONVERSATIONS | "200000"
            the conversations fit into the heap | prod | Deployment/lull | {container}/resources/limits/memory | 1Gi
            the conversations fit into the heap | prod | ConfigMap/lull- | /data/JAVA_TOOL_OPTIONS | -XX:MaxRAMPercentage=90
            the JVM is told how many processors there are | prod | Deployment/lull | {container}/resources/requests/cpu | 3500m
            the JVM is told how many processors there are | prod | ConfigMap/lull- | /data/JAVA_TOOL_OPTIONS | -XX:MaxRAMPercentage=65
            shards know the newest version | prod | Deployment/lull | {container}/env/2 |
            the autoscaler moves one node at a time | prod | Deployment/lull | /spec/replicas | 3
            the autoscaler moves one node at a time | prod | HorizontalPodAutoscaler/lull | /spec/behavior |
            the autoscaler moves one node at a time | prod | HorizontalPodAutoscaler/lull | /spec/behavior/scaleDown/policies/0/value | 2
            the autoscaler moves one node at a time | prod | HorizontalPodAutoscaler/lull | /spec/metrics/0/resource/name | memory
            jobs end | prod | Job/lull-migrate-0-1-0 | /spec/ttlSecondsAfterFinished |
            jobs end | prod | CronJob/lull-tick | /spec/jobTemplate/spec/activeDeadlineSeconds |
            jobs end | prod | CronJob/lull-tick | {cron}/restartPolicy | OnFailure
            the heap of a job fits into its memory | prod | CronJob/lull-tick | {cron}/containers/0/env/0/value | -Xmx512m
            the heap of a job fits into its memory | prod | Job/lull-migrate-0-1-0 | {container}/env/0 |
            the migration can be applied again | prod | Job/lull-migrate-0-1-0 | {container}/envFrom | [{configMapRef: {name: lull}}]
            the migration can be applied again | prod | Job/lull-migrate-0-1-0 | {container}/args | [node]
            the migration can be applied again | prod | Job/lull-migrate-0-1-0 | {container}/env/1 |
            the cron job is the only clock | prod | ConfigMap/lull- | /data/LULL_TICK | PT60S
            the cron job neither overlaps nor stops | prod | CronJob/lull-tick | /spec/concurrencyPolicy |
            the cron job neither overlaps nor stops | prod | CronJob/lull-tick | /spec/startingDeadlineSeconds |
            the cron job neither overlaps nor stops | prod | CronJob/lull-tick | /spec/timeZone |
            the cron job neither overlaps nor stops | prod | CronJob/lull-tick | {cron}/containers/0/args/2 | http://lul
            the cron job neither overlaps nor stops | prod | CronJob/lull-tick | {cron}/containers/0/args/4 | PT10M
            """.replace("{container}", CONTAINER).replace("{pod}", POD).replace("{cron}", CRON_POD);

    static Stream<Break> breaks() {
        return BREAKS.lines().map(Break::parse);
    }

    @BeforeAll
    static void needsKubectl() {
        Kubectl.assume();
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void the_rule_notices(Break broken) throws IOException {
        Rule rule = Rule.all().stream()
                .filter(it -> it.name().equals(broken.rule()))
                .findFirst()
                .orElseThrow();
        Rendered rendered = Variant.full(broken.overlay()).rendered();
        assertThat(rule.violations(rendered)).isEmpty();

        broken.apply(rendered);

        assertThat(rule.violations(rendered)).isNotEmpty();
    }

    @Test
    void every_rule_is_seen_to_notice_something() {
        Set<String> broken = breaks().map(Break::rule).collect(Collectors.toSet());

        assertThat(broken)
                .containsExactlyInAnyOrderElementsOf(
                        Rule.all().stream().map(Rule::name).toList());
    }

    @Test
    void what_kubernetes_does_not_know_is_noticed() throws IOException {
        List<Break> unknown = Stream.of(
                        "| prod | Deployment/lull | /spec/replcas | 3",
                        "| prod | Deployment/lull | " + CONTAINER + "/resources/limit | {cpu: 1}",
                        "| prod | Deployment/lull | " + CONTAINER + "/ports/0/containerPort | many",
                        "| prod | PodDisruptionBudget/lull | /spec/maxUnavailible | 1",
                        "| prod | CronJob/lull-tick | " + CRON_POD + "/containers/0/arguments | [tick]",
                        "| prod | Role/lull-discovery | /kind | Rolle",
                        "| prod | NetworkPolicy/lull | /spec/egress/0/port | 53")
                .map(Break::parse)
                .toList();
        for (Break broken : unknown) {
            Rendered rendered = Variant.full("prod").rendered();

            broken.apply(rendered);

            assertThat(rendered.objects().stream().flatMap(it -> Model.complaints(it).stream()))
                    .as(broken.pointer())
                    .isNotEmpty();
        }
    }
}

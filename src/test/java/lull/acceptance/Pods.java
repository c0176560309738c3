package lull.acceptance;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;

/** Pods as the API server tells of them, in the phases of their lives. */
record Pods(int remotingPort, int managementPort, int httpPort) {

    private static final String STARTED =
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();

    private static final ContainerState RUNNING = new ContainerStateBuilder()
            .withNewRunning()
            .withStartedAt(STARTED)
            .endRunning()
            .build();

    /** It has an address, and its container is being made. */
    Pod pending(String name, String ip) {
        return pod(name, "lull", ip, "Pending", waiting("ContainerCreating"));
    }

    Pod running(String name, String ip) {
        return pod(name, "lull", ip, "Running", RUNNING);
    }

    /** Somebody else's. */
    Pod foreign(String name, String ip) {
        return pod(name, "shop", ip, "Running", RUNNING);
    }

    /** Its container has crashed, and waits to be started again. */
    Pod crashLooping(String name, String ip) {
        return pod(name, "lull", ip, "Running", waiting("CrashLoopBackOff"));
    }

    /** Told to end, and not gone yet. */
    Pod ending(String name, String ip) {
        return new PodBuilder(running(name, ip))
                .editMetadata()
                .withDeletionTimestamp(STARTED)
                .withDeletionGracePeriodSeconds(90L)
                .endMetadata()
                .build();
    }

    /** Evicted: it stays in the list, with the address that it had. */
    Pod failed(String name, String ip) {
        ContainerState terminated = new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(137)
                .withReason("Error")
                .withFinishedAt(STARTED)
                .endTerminated()
                .build();
        return pod(name, "lull", ip, "Failed", terminated);
    }

    private static ContainerState waiting(String reason) {
        return new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(reason)
                .endWaiting()
                .build();
    }

    private Pod pod(String name, String app, String ip, String phase, ContainerState state) {
        boolean running = state.getRunning() != null;
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("talk")
                .withUid(UUID.nameUUIDFromBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .toString())
                .withCreationTimestamp(STARTED)
                .withLabels(Map.of("app", app, "app.kubernetes.io/name", app, "pod-template-hash", "6d4b75cb6d"))
                .endMetadata()
                .withNewSpec()
                .withNodeName("worker-1")
                .withServiceAccountName(app)
                .addNewContainer()
                .withName("lull")
                .withImage("lull:0.1.0")
                .addNewPort()
                .withName("remoting")
                .withContainerPort(remotingPort)
                .withProtocol("TCP")
                .endPort()
                .addNewPort()
                .withName("management")
                .withContainerPort(managementPort)
                .withProtocol("TCP")
                .endPort()
                .addNewPort()
                .withName("http")
                .withContainerPort(httpPort)
                .withProtocol("TCP")
                .endPort()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .withHostIP("10.0.0.1")
                .withPodIP(ip)
                .addNewPodIP(ip)
                .withStartTime(STARTED)
                .addNewContainerStatus()
                .withName("lull")
                .withImage("lull:0.1.0")
                .withReady(running)
                .withStarted(running)
                .withRestartCount(0)
                .withState(state)
                .endContainerStatus()
                .endStatus()
                .build();
    }
}

/**
 * The manifests in {@code k8s/}: every overlay, with every component, is rendered by {@code kubectl kustomize}, read strictly, and held to
 * rules, among them that it agrees with the configuration of the program it starts. Where there is a real API server, it has its say too.
 */
package lull.kubernetes;

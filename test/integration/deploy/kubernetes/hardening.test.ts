import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOverlays } from './describe-overlays.ts';
import { type Container, type Manifest, type Workload, workloadsOf } from './rendered.ts';
import { selects } from './selector.ts';

// Rules from the Pod Security Standards («restricted») and from kube-score.
const CONTAINER_RULES: [rule: string, holds: (container: Container, workload: Workload) => unknown][] = [
  [
    'names an image with a tag other than latest',
    ({ image }) => /^[^:@]+(:(?!latest$)[\w.-]+|@sha256:\w+)$/.test(image),
  ],
  [
    'names a minor version of a server, so that it only gets fixes',
    ({ image }) => image.startsWith('mp3converter/') || /(:v?\d+\.\d+[\w.-]*|@sha256:\w+)$/.test(image),
  ],
  [
    'has a read-only root file system',
    ({ securityContext }) => securityContext?.readOnlyRootFilesystem === true,
  ],
  [
    'has no capabilities and cannot gain privileges',
    ({ securityContext }) =>
      securityContext?.capabilities?.drop?.join() === 'ALL' &&
      securityContext.capabilities.add === undefined &&
      securityContext.allowPrivilegeEscalation === false &&
      !securityContext.privileged,
  ],
  [
    'has neither a seccomp profile of its own, nor unmasked files of /proc',
    ({ securityContext }) =>
      securityContext?.seccompProfile === undefined && securityContext?.procMount === undefined,
  ],
  [
    'has requests and limits for CPU and memory',
    ({ resources }) => [resources?.requests, resources?.limits].every((one) => one?.cpu && one.memory),
  ],
  [
    'has a startup and a liveness probe unless it belongs to a Job',
    ({ startupProbe, livenessProbe }, { kind }) => kind === 'Job' || (startupProbe && livenessProbe),
  ],
  [
    'has a readiness probe unless it is a sidecar or belongs to a Job',
    ({ readinessProbe, restartPolicy }, { kind }) =>
      kind === 'Job' || restartPolicy === 'Always' || readinessProbe,
  ],
];

const POD_RULES: [rule: string, holds: (workload: Workload, all: readonly Manifest[]) => unknown][] = [
  [
    'does not run as root',
    ({ spec }) => spec.securityContext?.runAsNonRoot === true && Number(spec.securityContext.runAsUser) > 0,
  ],
  [
    'uses the default seccomp profile',
    ({ spec }) => spec.securityContext?.seccompProfile?.type === 'RuntimeDefault',
  ],
  ['has no token for the API of the cluster', ({ spec }) => spec.automountServiceAccountToken === false],
  [
    'has no access to the network, processes and files of the node',
    ({ spec }) =>
      !spec.hostNetwork &&
      !spec.hostPID &&
      !spec.hostIPC &&
      !spec.volumes?.some(({ hostPath }) => hostPath !== undefined),
  ],
  [
    'hides the processes of each container from the others',
    ({ spec }) => spec.shareProcessNamespace !== true,
  ],
  [
    'spreads its replicas over nodes',
    ({ kind, replicas, spec, labels }) =>
      kind === 'Job' ||
      (kind === 'StatefulSet' && replicas === 1) ||
      spec.topologySpreadConstraints?.some(({ labelSelector }) => selects(labelSelector, labels)),
  ],
  [
    'never puts two members of a set on a node while another has none',
    ({ kind, replicas, spec, labels }) =>
      kind !== 'StatefulSet' ||
      replicas === 1 ||
      spec.topologySpreadConstraints?.some(
        ({ topologyKey, maxSkew, whenUnsatisfiable, labelSelector }) =>
          topologyKey === 'kubernetes.io/hostname' &&
          maxSkew === 1 &&
          whenUnsatisfiable === 'DoNotSchedule' &&
          selects(labelSelector, labels),
      ),
  ],
  [
    'has a disruption budget that lets a drained node stop one pod at a time',
    ({ kind, labels }, all) =>
      kind === 'Job' ||
      all.some(
        ({ kind, spec }) =>
          kind === 'PodDisruptionBudget' && selects(spec.selector, labels) && spec.maxUnavailable === 1,
      ),
  ],
  [
    'has a NetworkPolicy of its own',
    ({ labels }, all) =>
      all.some(
        ({ kind, spec }) =>
          kind === 'NetworkPolicy' &&
          Object.keys(spec.podSelector).length > 0 &&
          selects(spec.podSelector, labels),
      ),
  ],
];

await describeOverlays((manifests) => {
  for (const workload of workloadsOf(manifests)) {
    for (const [rule, holds] of POD_RULES)
      test(`the pod of ${workload.name} ${rule}`, () => assert.ok(holds(workload, manifests)));
    for (const container of workload.containers)
      for (const [rule, holds] of CONTAINER_RULES)
        test(`the container ${workload.name}/${container.name} ${rule}`, () =>
          assert.ok(holds(container, workload)));
  }

  test('denies every connection that no policy allows', () => {
    const policy = manifests.find(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'nobody',
    );
    assert.deepEqual(policy?.spec, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Container, type Manifest, renderedOverlays, type Workload, workloadsOf } from './rendered.ts';
import { selects } from './selector.ts';

// After the Pod Security Standards («restricted») and what kube-score asks for.
const OF_A_CONTAINER: [rule: string, holds: (container: Container, workload: Workload) => unknown][] = [
  [
    'its image has a tag, and not latest',
    ({ image }) => /^[^:@]+(:(?!latest$)[\w.-]+|@sha256:\w+)$/.test(image),
  ],
  [
    'a server is of a minor series, which takes fixes alone',
    ({ image }) => image.startsWith('mp3converter/') || /(:v?\d+\.\d+[\w.-]*|@sha256:\w+)$/.test(image),
  ],
  ['its root is read-only', ({ securityContext }) => securityContext?.readOnlyRootFilesystem === true],
  [
    'it has no capability, and gets none',
    ({ securityContext }) =>
      securityContext?.capabilities?.drop?.join() === 'ALL' &&
      securityContext.capabilities.add === undefined &&
      securityContext.allowPrivilegeEscalation === false &&
      !securityContext.privileged,
  ],
  [
    'processor and memory are asked for and bounded',
    ({ resources }) => [resources?.requests, resources?.limits].every((one) => one?.cpu && one.memory),
  ],
  [
    'it is asked how it is, unless it ends by itself',
    ({ startupProbe, livenessProbe }, { kind }) => kind === 'Job' || (startupProbe && livenessProbe),
  ],
  [
    'it is asked whether it is ready, unless it is there for its pod alone',
    ({ readinessProbe, restartPolicy }, { kind }) =>
      kind === 'Job' || restartPolicy === 'Always' || readinessProbe,
  ],
];

const OF_A_POD: [rule: string, holds: (workload: Workload, all: readonly Manifest[]) => unknown][] = [
  [
    'it is not root',
    ({ spec }) => spec.securityContext?.runAsNonRoot === true && Number(spec.securityContext.runAsUser) > 0,
  ],
  ['seccomp', ({ spec }) => spec.securityContext?.seccompProfile?.type === 'RuntimeDefault'],
  ['it has no key to the cluster', ({ spec }) => spec.automountServiceAccountToken === false],
  [
    'it is kept from the node',
    ({ spec }) =>
      !spec.hostNetwork && !spec.hostPID && !spec.volumes?.some(({ hostPath }) => hostPath !== undefined),
  ],
  [
    'replicas are spread',
    ({ kind, replicas, spec, labels }) =>
      kind === 'Job' ||
      (kind === 'StatefulSet' && replicas === 1) ||
      spec.topologySpreadConstraints?.some(({ labelSelector }) => selects(labelSelector, labels)),
  ],
  [
    'members of a set are not on one node as long as another has none',
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
    'a drained node takes one at a time',
    ({ kind, labels }, all) =>
      kind === 'Job' ||
      all.some(
        ({ kind, spec }) =>
          kind === 'PodDisruptionBudget' && selects(spec.selector, labels) && spec.maxUnavailable === 1,
      ),
  ],
  [
    'a NetworkPolicy of its own says who it meets',
    ({ labels }, all) =>
      all.some(
        ({ kind, spec }) =>
          kind === 'NetworkPolicy' &&
          Object.keys(spec.podSelector).length > 0 &&
          selects(spec.podSelector, labels),
      ),
  ],
];

const rendered = await renderedOverlays();
if (typeof rendered === 'string') test('manifests', { skip: rendered }, () => {});
else
  for (const [overlay, manifests] of Object.entries(rendered))
    describe(`pods of ${overlay}`, () => {
      for (const workload of workloadsOf(manifests)) {
        for (const [rule, holds] of OF_A_POD)
          test(`${workload.name}: ${rule}`, () => assert.ok(holds(workload, manifests)));
        for (const container of workload.containers)
          for (const [rule, holds] of OF_A_CONTAINER)
            test(`${workload.name}/${container.name}: ${rule}`, () => assert.ok(holds(container, workload)));
      }

      test('nobody meets anybody of whom no policy speaks', () => {
        const closed = manifests.find(
          ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'nobody',
        );
        assert.deepEqual(closed?.spec, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
      });
    });

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Container, type Manifest, renderedOverlays, type Workload, workloadsOf } from './rendered.ts';

// After the Pod Security Standards («restricted») and what kube-score asks for.
const OF_A_CONTAINER: [rule: string, holds: (container: Container, workload: Workload) => unknown][] = [
  [
    'its image has a tag, and not latest',
    ({ image }) => /^[^:@]+(:(?!latest$)[\w.-]+|@sha256:\w+)$/.test(image),
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
    ({ startupProbe, readinessProbe, livenessProbe }, { kind }) =>
      kind === 'Job' || (startupProbe && readinessProbe && livenessProbe),
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
    ({ kind, spec, labels }) =>
      kind !== 'Deployment' ||
      spec.topologySpreadConstraints?.some(({ labelSelector }) => selects(labelSelector.matchLabels, labels)),
  ],
  [
    'a drained node takes one at a time',
    ({ kind, labels }, all) =>
      kind === 'Job' ||
      all.some(
        ({ kind, spec }) =>
          kind === 'PodDisruptionBudget' &&
          selects(spec.selector.matchLabels, labels) &&
          spec.maxUnavailable === 1,
      ),
  ],
  [
    'a NetworkPolicy of its own says who it meets',
    ({ labels }, all) =>
      all.some(
        ({ kind, spec }) =>
          kind === 'NetworkPolicy' &&
          Object.keys(spec.podSelector.matchLabels ?? {}).length > 0 &&
          selects(spec.podSelector.matchLabels, labels),
      ),
  ],
];

const selects = (wanted: Record<string, string>, labels: Record<string, string>): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

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

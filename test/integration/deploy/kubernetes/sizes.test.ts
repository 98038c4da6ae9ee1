import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { SERVICES } from '../../../../deploy/docker/image-names.ts';
import { type Manifest, type Overlay, renderedOverlays, workloadsOf } from './rendered.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const rendered = await renderedOverlays();
const skip = typeof rendered === 'string' && rendered;
const manifestsOf = (overlay: Overlay): Manifest[] => (typeof rendered === 'string' ? [] : rendered[overlay]);

const READ = {
  cpu: (text: string): number => (text.endsWith('m') ? Number.parseInt(text, 10) : Number(text) * 1000),
  memory: (text: string): number => Number.parseInt(text, 10) * (text.endsWith('Gi') ? 1024 : 1),
};
type Resource = keyof typeof READ;

/** The requests or limits of one pod of each workload, including its sidecar, in thousandths of a CPU or in MiB. */
function sizes(manifests: readonly Manifest[], bound: 'request' | 'limit', resource: Resource) {
  return workloadsOf(manifests)
    .filter(({ kind }) => kind !== 'Job')
    .map(({ name, replicas, containers, annotations }) => {
      const own = containers.map(({ resources }) => resources?.[`${bound}s`]?.[resource] ?? '0');
      const sidecar = annotations[`dapr.io/sidecar-${resource}-${bound}`] ?? '0';
      const size = [...own, sidecar].reduce((sum, text) => sum + READ[resource](text), 0);
      return { name, replicas, size };
    });
}

/** The sum over all pods, with this number of converters. */
const total = (
  overlay: Overlay,
  bound: 'request' | 'limit',
  resource: Resource,
  converters: number,
): number =>
  sizes(manifestsOf(overlay), bound, resource).reduce(
    (sum, { replicas = converters, size }) => sum + replicas * size,
    0,
  );

const document = readFileSync(path.join(root, 'docs/kubernetes-operations.md'), 'utf8');
for (const [overlay, converters] of [
  ['minikube', 1],
  ['production', 2],
] as const)
  test(`docs/kubernetes-operations.md states the requests and limits of the overlay ${overlay}`, {
    skip,
  }, () => {
    const of = (bound: 'request' | 'limit') =>
      `${total(overlay, bound, 'cpu', converters)} / ${total(overlay, bound, 'memory', converters)}`;
    const row = document.split('\n').find((line) => line.startsWith(`| overlay \`${overlay}\``));
    assert.deepEqual(row?.split(' | ').slice(1, 3), [of('request'), of('limit')]);
  });

test('the overlay minikube fits on two CPUs and 4 GB with four converters and a new pod of a service', {
  skip,
}, () => {
  // The requests of the system pods (DNS, etcd, API server, controllers, metrics-server), and the memory that the node reserves.
  for (const [resource, others, room] of [
    ['cpu', 850, 2000],
    ['memory', 370 + 200, 4096],
  ] as const) {
    const rolled = sizes(manifestsOf('minikube'), 'request', resource).filter(({ name }) =>
      SERVICES.some((service) => service === name),
    );
    const surge = Math.max(...rolled.map(({ size }) => size));
    assert.ok(total('minikube', 'request', resource, 4) + surge + others <= room, resource);
  }
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allowedConnections } from './allowed-connections.ts';
import {
  type Manifest,
  manifestsOf,
  OVERLAYS,
  type Overlay,
  renderedOverlays,
  workloadsOf,
} from './rendered.ts';
import { selects } from './selector.ts';

// The connections that may be allowed: ← is accepted, → is opened. Everything else must be denied, as deploy/README.md guarantees.
const EVERYWHERE = [
  // The only public port. The ingress controller in front of it belongs to the cluster.
  'gateway ← anywhere: 8080',
  // For /metrics. All other routes of a service need the token of its sidecar.
  'gateway, auth, converter, notification ← namespace {"matchLabels":{"mp3converter/reads-metrics":"true"}}: 8080',
  // Between sidecars.
  'gateway → auth, converter: 50002',
  'auth, converter ← gateway: 50002',
  'auth → notification: 50002',
  'notification ← auth: 50002',
  'mysql ← auth: 3306',
  'rabbitmq ← gateway, converter, notification: 5672',
  // KEDA counts the events of a queue.
  'rabbitmq ← namespace keda: 15672',
  'mongodb ← gateway, converter, notification, mongodb, mongodb-set: 27017',
  'mongodb, mongodb-set → mongodb: 27017',
  // The servers above restrict the port. Other brokers and stores have other ports.
  'gateway, converter, notification → rabbitmq, mongodb: any port',
  'auth → mysql: any port',
  // Sidecars get certificates and components.
  'gateway, auth, converter, notification → namespace dapr-system: any port',
  // DNS; 169.254.20.10 is NodeLocal DNSCache.
  'gateway, auth, converter, notification, mongodb, mongodb-set → namespace kube-system, 169.254.20.10/32: 53, 53/UDP',
];
const ONLY: Record<Overlay, string[]> = {
  minikube: ['maildev ← notification: 1025', 'notification → maildev: any port'],
  production: [
    'notification → anywhere: 25, 465, 587',
    // For overlays with a mail server in the cluster.
    'notification → app.kubernetes.io/component=mail: any port',
  ],
};

/** Expands a row: `a, b → c: 1, 2` is four connections. */
function expand(row: string): string[] {
  const [, left = '', arrow, right = '', ports = ''] = /^(.+) ([←→]) (.+): (.+)$/.exec(row) ?? [];
  return left
    .split(', ')
    .flatMap((name) =>
      right
        .split(', ')
        .flatMap((peer) => ports.split(', ').map((port) => `${name} ${arrow} ${peer}: ${port}`)),
    );
}

function compare(
  manifests: readonly Manifest[],
  overlay: Overlay,
): { unexpected: string[]; missing: string[] } {
  const expected = new Set([...EVERYWHERE, ...ONLY[overlay]].flatMap(expand));
  const allowed = new Set(allowedConnections(manifests));
  return {
    unexpected: [...allowed.difference(expected)],
    missing: [...expected.difference(allowed)],
  };
}

const rendered = await renderedOverlays();
if (typeof rendered === 'string') test('the manifests are rendered', { skip: rendered }, () => {});
else {
  for (const overlay of OVERLAYS)
    describe(`the overlay ${overlay}`, () => {
      const manifests = rendered[overlay];

      test('allows exactly the expected connections', () =>
        assert.deepEqual(compare(manifests, overlay), { unexpected: [], missing: [] }));

      test('has no policy that selects no pod', () => {
        for (const { metadata, spec } of manifestsOf(manifests, 'NetworkPolicy'))
          assert.ok(
            workloadsOf(manifests).some(({ labels }) => selects(spec.podSelector, labels)),
            metadata.name,
          );
      });

      test('has no other kind of network policy', () => {
        const others = manifests.filter(
          ({ apiVersion, kind }) =>
            /Policy$/.test(kind) && `${apiVersion} ${kind}` !== 'networking.k8s.io/v1 NetworkPolicy',
        );
        assert.deepEqual(others, []);
      });
    });

  // The tests above rely on the comparison to find each of these mistakes.
  const name = (value: string) => ({ matchLabels: { 'app.kubernetes.io/name': value } });
  const added = (spec: object): Manifest => ({
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'added' }, spec },
  });
  // biome-ignore lint/suspicious/noExplicitAny: the spec of a policy, which is changed
  const changed = (all: Manifest[], policy: string, change: (spec: any) => void): Manifest[] => {
    const copy = structuredClone(all);
    change(copy.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === policy)?.spec);
    return copy;
  };
  const MISTAKES: [what: string, make: (all: Manifest[]) => Manifest[], unexpected: string][] = [
    [
      'a policy that lets every pod connect anywhere',
      (all) => [...all, added({ podSelector: {}, policyTypes: ['Egress'], egress: [{}] })],
      'mysql → anywhere: any port',
    ],
    [
      'an empty list, which means everything',
      (all) => [...all, added({ podSelector: name('mysql'), ingress: [{ from: [], ports: [] }] })],
      'mysql ← anywhere: any port',
    ],
    [
      'a rule without its port',
      (all) => changed(all, 'mysql', ({ ingress: [rule] }) => delete rule.ports),
      'mysql ← auth: any port',
    ],
    [
      'a policy that selects pods by an expression',
      (all) => {
        const values = ['converter'];
        const matchExpressions = [{ key: 'app.kubernetes.io/name', operator: 'NotIn', values }];
        return [...all, added({ podSelector: { matchExpressions }, egress: [{ ports: [{ port: 443 }] }] })];
      },
      'rabbitmq → anywhere: 443',
    ],
    [
      'a default policy that does not deny ingress',
      (all) => changed(all, 'nobody', (spec) => (spec.policyTypes = ['Egress'])),
      'mongodb-set ← anywhere: any port',
    ],
    [
      'a rule for a pod that does not exist yet',
      (all) =>
        changed(all, 'mongodb', ({ ingress: [rule] }) => {
          rule.from[0].podSelector.matchExpressions[0].values.push('visitor');
        }),
      'mongodb ← app.kubernetes.io/name=visitor: 27017',
    ],
    [
      'a rule for whole namespaces',
      (all) => changed(all, 'auth', ({ ingress: [rule] }) => rule.from.push({ namespaceSelector: {} })),
      'auth ← namespace {}: 50002',
    ],
  ];
  for (const [what, make, unexpected] of MISTAKES)
    test(`the comparison finds ${what}`, () =>
      assert.ok(compare(make(rendered.production), 'production').unexpected.includes(unexpected)));
}

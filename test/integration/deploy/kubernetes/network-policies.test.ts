import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { meetingsOf } from './meetings.ts';
import {
  type Manifest,
  manifestsOf,
  OVERLAYS,
  type Overlay,
  renderedOverlays,
  workloadsOf,
} from './rendered.ts';
import { selects } from './selector.ts';

// Who may meet whom: ← is let in, → may go. What is not said here is closed, and what deploy/README.md guarantees is said here.
const EVERYWHERE = [
  // The one public door; who stands before it, an ingress controller, is the cluster's affair.
  'gateway ← anywhere: 8080',
  // For /metrics; the other routes of a service want its sidecar's token.
  'gateway, auth, converter, notification ← namespace {"matchLabels":{"mp3converter/reads-metrics":"true"}}: 8080',
  // By their sidecars.
  'gateway → auth: 50002',
  'auth ← gateway: 50002',
  'mysql ← auth: 3306',
  'rabbitmq ← gateway, converter, notification: 5672',
  // To count events.
  'rabbitmq ← namespace keda: 15672',
  'mongodb ← gateway, converter, notification, mongodb, mongodb-set: 27017',
  'mongodb, mongodb-set → mongodb: 27017',
  // At which port is said above, by those who let in: another broker or store has another one.
  'gateway, converter, notification → rabbitmq, mongodb: any port',
  'auth → mysql: any port',
  // Certificates and components, for the sidecars.
  'gateway, auth, converter, notification → namespace dapr-system: any port',
  // Names; 169.254.20.10 is a node's own cache of them.
  'gateway, auth, converter, notification, mongodb, mongodb-set → namespace kube-system, 169.254.20.10/32: 53, 53/UDP',
];
const ONLY: Record<Overlay, string[]> = {
  minikube: ['maildev ← notification: 1025', 'notification → maildev: any port'],
  production: [
    'notification → anywhere: 25, 465, 587',
    // A mail server in the cluster, where an overlay has one.
    'notification → app.kubernetes.io/component=mail: any port',
  ],
};

/** `a, b → c: 1, 2` is four meetings. */
function meetings(row: string): string[] {
  const [, left = '', arrow, right = '', ports = ''] = /^(.+) ([←→]) (.+): (.+)$/.exec(row) ?? [];
  return left
    .split(', ')
    .flatMap((name) =>
      right
        .split(', ')
        .flatMap((peer) => ports.split(', ').map((port) => `${name} ${arrow} ${peer}: ${port}`)),
    );
}

function compare(manifests: readonly Manifest[], overlay: Overlay): { opened: string[]; closed: string[] } {
  const may = new Set([...EVERYWHERE, ...ONLY[overlay]].flatMap(meetings));
  const can = new Set(meetingsOf(manifests));
  return { opened: [...can.difference(may)], closed: [...may.difference(can)] };
}

const rendered = await renderedOverlays();
if (typeof rendered === 'string') test('manifests', { skip: rendered }, () => {});
else {
  for (const overlay of OVERLAYS)
    describe(overlay, () => {
      const manifests = rendered[overlay];

      test('who meets whom', () => assert.deepEqual(compare(manifests, overlay), { opened: [], closed: [] }));

      test('each policy is about a pod that is there, by labels that it has', () => {
        for (const { metadata, spec } of manifestsOf(manifests, 'NetworkPolicy'))
          assert.ok(
            workloadsOf(manifests).some(({ labels }) => selects(spec.podSelector, labels)),
            metadata.name,
          );
      });

      test('nobody else opens or closes anything', () => {
        const others = manifests.filter(
          ({ apiVersion, kind }) =>
            /Policy$/.test(kind) && `${apiVersion} ${kind}` !== 'networking.k8s.io/v1 NetworkPolicy',
        );
        assert.deepEqual(others, []);
      });
    });

  // Each must be seen: the tests above stand on this one.
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
  const MISTAKES: [what: string, make: (all: Manifest[]) => Manifest[], opened: string][] = [
    [
      'every pod may go anywhere',
      (all) => [...all, added({ podSelector: {}, policyTypes: ['Egress'], egress: [{}] })],
      'mysql → anywhere: any port',
    ],
    [
      'a list that is empty is none',
      (all) => [...all, added({ podSelector: name('mysql'), ingress: [{ from: [], ports: [] }] })],
      'mysql ← anywhere: any port',
    ],
    [
      'a port is dropped',
      (all) => changed(all, 'mysql', ({ ingress: [rule] }) => delete rule.ports),
      'mysql ← auth: any port',
    ],
    [
      'pods are selected by an expression',
      (all) => {
        const values = ['converter'];
        const matchExpressions = [{ key: 'app.kubernetes.io/name', operator: 'NotIn', values }];
        return [...all, added({ podSelector: { matchExpressions }, egress: [{ ports: [{ port: 443 }] }] })];
      },
      'rabbitmq → anywhere: 443',
    ],
    [
      'a way is out of what is closed',
      (all) => changed(all, 'nobody', (spec) => (spec.policyTypes = ['Egress'])),
      'mongodb-set ← anywhere: any port',
    ],
    [
      'somebody is let in who is not there yet',
      (all) =>
        changed(all, 'mongodb', ({ ingress: [rule] }) => {
          rule.from[0].podSelector.matchExpressions[0].values.push('visitor');
        }),
      'mongodb ← app.kubernetes.io/name=visitor: 27017',
    ],
    [
      'a whole namespace is let in',
      (all) => changed(all, 'auth', ({ ingress: [rule] }) => rule.from.push({ namespaceSelector: {} })),
      'auth ← namespace {}: 50002',
    ],
  ];
  for (const [what, make, opened] of MISTAKES)
    test(`it is seen that ${what}`, () =>
      assert.ok(compare(make(rendered.production), 'production').opened.includes(opened)));
}

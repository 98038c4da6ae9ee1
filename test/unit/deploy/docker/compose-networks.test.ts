import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { composeFiles } from '../../../../deploy/docker/compose-files.ts';

const folder = resolve(import.meta.dirname, '../../../../deploy/docker');
const read = (name: string) => parse(readFileSync(resolve(folder, name), 'utf8'), { merge: true });
const compose = read('compose.yaml');
const services = Object.entries(
  compose.services as Record<string, { networks?: string[]; network_mode?: string; ports?: string[] }>,
);

/** Which containers may reach each other. Whatever is not here must not share a network. */
const ALLOWED: [one: string, other: string, why: string][] = [
  ['gateway-pod', 'auth-pod', 'the gateway invokes auth'],
  ['gateway-pod', 'converter-pod', 'the gateway invokes the probe of the converter'],
  ['auth-pod', 'notification-pod', 'auth invokes notification, which mails the owners of accounts'],
  ['gateway-pod', 'rabbitmq', 'events'],
  ['gateway-pod', 'mongodb', 'jobs and files'],
  ['converter-pod', 'rabbitmq', 'events'],
  ['converter-pod', 'mongodb', 'jobs and files'],
  ['notification-pod', 'rabbitmq', 'events'],
  ['notification-pod', 'mongodb', 'mail records'],
  ['notification-pod', 'maildev', 'mails'],
  ['auth-pod', 'mysql', 'users'],
];

const pairOf = (one: string, other: string): string => [one, other].toSorted().join(' and ');

/** Each two containers that share a network, by compose.yaml. */
function sharedNetworks(): Map<string, string[]> {
  const pairs = new Map<string, string[]>();
  for (const network of Object.keys(compose.networks)) {
    const members = services.filter(([, { networks = [] }]) => networks.includes(network));
    for (const [one] of members)
      for (const [other] of members) {
        if (one >= other) continue;
        const pair = pairOf(one, other);
        pairs.set(pair, [...(pairs.get(pair) ?? []), network]);
      }
  }
  return pairs;
}

describe('the networks of compose.yaml', () => {
  it('are shared by the containers that communicate, and by no others', () => {
    const allowed = ALLOWED.map(([one, other]) => pairOf(one, other));
    assert.deepEqual([...sharedNetworks().keys()].toSorted(), allowed.toSorted());
  });

  it('are named after the two containers on each of them, and have no way out', () => {
    for (const [pair, networks] of sharedNetworks()) {
      const [network = ''] = networks;
      const [one = '', other = ''] = network.split('-');
      assert.equal(pair.replaceAll('-pod', ''), pairOf(one, other));
      assert.equal(compose.networks[network]?.internal, true, network);
    }
  });

  it('belong to one container each where they have a way out, which publishes its port on this machine alone', () => {
    const open = Object.keys(compose.networks).filter((name) => compose.networks[name]?.internal !== true);
    assert.deepEqual(open.toSorted(), ['front', 'mail-page']);
    for (const name of open) {
      const members = services.filter(([, { networks = [] }]) => networks.includes(name));
      assert.equal(members.length, 1, name);
      for (const [, { ports = [] }] of members)
        assert.ok(ports.length === 1 && ports[0]?.startsWith('127.0.0.1:'), name);
    }
    const publishing = services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name);
    assert.deepEqual(publishing.toSorted(), ['gateway-pod', 'maildev']);
  });

  it('are all in use, and every container is on some of them or in the network of one that is', () => {
    for (const [name, { networks = [], network_mode: mode = '' }] of services) {
      for (const network of networks) assert.ok(network in compose.networks, `${name}: ${network}`);
      const [, owner] = /^service:(.+)$/.exec(mode) ?? [];
      const isPlaced = networks.length > 0 || services.some(([other]) => other === owner);
      assert.ok(isPlaced && !(networks.length > 0 && mode !== ''), name);
    }
    const used = new Set(services.flatMap(([, { networks = [] }]) => networks));
    assert.deepEqual([...used].toSorted(), Object.keys(compose.networks).toSorted());
  });
});

describe('the networks of compose-providers.yaml', () => {
  it('are one that gives a way out to auth alone, and publishes nothing', () => {
    const { services, networks, ...others } = read('compose-providers.yaml');
    assert.deepEqual(others, {});
    assert.deepEqual(services, { 'auth-pod': { networks: ['auth-providers'] } });
    assert.deepEqual(networks, { 'auth-providers': null });
    assert.equal('auth-providers' in compose.networks, false);
  });

  for (const [env, expected] of [
    [{}, ['compose.yaml']],
    [{ OIDC_PROVIDERS: '' }, ['compose.yaml']],
    [{ OIDC_PROVIDERS: '[{"id":"company"}]' }, ['compose.yaml', 'compose-providers.yaml']],
  ] as const) {
    it(`are there with ${JSON.stringify(env)} by ${expected.join(' and ')}`, () => {
      const files = expected.map((name) => resolve(folder, name));
      assert.deepEqual(composeFiles(env), files);
    });
  }
});

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { serversFor } from '../../../../deploy/local/servers/secret-keys.ts';
import {
  folderOf,
  type KINDS,
  namesOf,
  secretsOf,
  withChoice,
} from '../../../../deploy/local/system/components.ts';
import { readDaprYaml } from '../../../../deploy/local/system/dapr-yaml.ts';

const root = resolve(import.meta.dirname, '../../../..');
const at = (...path: string[]) => resolve(root, 'components', ...path);

describe('a choice of infrastructure', () => {
  test('is another folder in the place of the one in dapr.yaml; nothing else changes', () => {
    const resources = [at('app'), at('pubsub/rabbitmq'), at('blobs/mongodb'), at('mail/smtp')];
    assert.deepEqual(withChoice(resources, root, {}), resources);
    assert.deepEqual(withChoice(resources, root, { blobs: 'redis', pubsub: 'jetstream' }), [
      at('app'),
      at('pubsub/jetstream'),
      at('blobs/redis'),
      at('mail/smtp'),
    ]);
  });

  test('changes the folders of every app, and nothing else of dapr.yaml', () => {
    const before = readDaprYaml(root, {});
    const after = readDaprYaml(root, { pubsub: 'redis' });
    assert.deepEqual(
      after,
      before.map((app) => ({
        ...app,
        resources: app.resources.map((folder) =>
          folder === at('pubsub/rabbitmq') ? at('pubsub/redis') : folder,
        ),
      })),
    );
  });

  test('may be a folder of one’s own', () => {
    assert.equal(folderOf(root, 'blobs', './components/pubsub/redis'), at('pubsub/redis'));
    assert.equal(folderOf(root, 'blobs', at('pubsub/redis')), at('pubsub/redis'));
  });

  for (const name of ['', 'cassandra', './no/such/folder', 'sqlite/store.yaml']) {
    test(`"${name}" is refused, and what there is is named`, () => {
      assert.throws(() => folderOf(root, 'blobs', name), /--blobs is .*mongodb, postgresql, redis, sqlite/);
    });
  }

  const SERVERS: [kind: (typeof KINDS)[number], name: string, servers: string[]][] = [
    ['pubsub', 'rabbitmq', ['rabbitmq']],
    ['pubsub', 'rabbitmq-quorum', ['rabbitmq']],
    ['pubsub', 'redis', ['redis']],
    ['pubsub', 'jetstream', ['nats']],
    ['blobs', 'mongodb', ['mongodb']],
    ['blobs', 'sqlite', []],
    ['blobs', 'postgresql', ['postgresql']],
    ['blobs', 'redis', ['redis']],
  ];
  for (const [kind, name, servers] of SERVERS) {
    test(`${kind} ${name} needs ${servers.join(', ') || 'no server'}, as its secrets say`, () => {
      const needed = serversFor(secretsOf([folderOf(root, kind, name)]));
      assert.deepEqual([...needed].sort(), ['mail', 'mysql', ...servers].sort());
    });
  }

  test('every choice is in the table above', () => {
    for (const kind of ['pubsub', 'blobs'] as const) {
      const named = SERVERS.filter((row) => row[0] === kind).map(([, name]) => name);
      assert.deepEqual(named.sort(), namesOf(root, kind).sort());
    }
  });
});

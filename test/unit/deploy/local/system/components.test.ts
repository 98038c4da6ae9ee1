import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { serversFor } from '../../../../../deploy/local/servers/secret-keys.ts';
import {
  folderOf,
  type KINDS,
  namesOf,
  secretsOf,
  withChoice,
} from '../../../../../deploy/local/system/components.ts';
import { readDaprYaml } from '../../../../../deploy/local/system/dapr-yaml.ts';

const root = resolve(import.meta.dirname, '../../../../..');
const at = (...path: string[]) => resolve(root, 'components', ...path);

describe('withChoice', () => {
  it('replaces the folders of the chosen kinds and no others', () => {
    const resources = [at('app'), at('pubsub/rabbitmq'), at('blobs/mongodb'), at('mail/smtp')];
    assert.deepEqual(withChoice(resources, root, {}), resources);
    assert.deepEqual(withChoice(resources, root, { blobs: 'redis', pubsub: 'jetstream' }), [
      at('app'),
      at('pubsub/jetstream'),
      at('blobs/redis'),
      at('mail/smtp'),
    ]);
  });
});

describe('readDaprYaml', () => {
  it('replaces the chosen folders of every app and nothing else', () => {
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
});

describe('folderOf', () => {
  it('accepts the path of any folder', () => {
    assert.equal(folderOf(root, 'blobs', './components/pubsub/redis'), at('pubsub/redis'));
    assert.equal(folderOf(root, 'blobs', at('pubsub/redis')), at('pubsub/redis'));
  });

  for (const name of ['', 'cassandra', './no/such/folder', 'sqlite/store.yaml']) {
    it(`refuses «${name}» with the possible names`, () => {
      assert.throws(() => folderOf(root, 'blobs', name), /--blobs is .*mongodb, postgresql, redis, sqlite/);
    });
  }
});

describe('serversFor', () => {
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
    it(`finds by its secrets that ${kind} ${name} needs ${servers.join(', ') || 'no server'}`, () => {
      const needed = serversFor(secretsOf([folderOf(root, kind, name)]));
      assert.deepEqual([...needed].sort(), ['mail', 'mysql', ...servers].sort());
    });
  }

  it('is tested with every choice in components/', () => {
    for (const kind of ['pubsub', 'blobs'] as const) {
      const named = SERVERS.filter((row) => row[0] === kind).map(([, name]) => name);
      assert.deepEqual(named.sort(), namesOf(root, kind).sort());
    }
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import mysql from 'mysql2/promise';
import { startServers } from '../../../../../deploy/local/servers/servers.ts';
import type { Servers } from '../../../../../deploy/local/servers/types.ts';
import { ensureTools, type Tools } from '../../../../../deploy/local/tools/tools.ts';
import { which } from '../../../../../deploy/process/which.ts';
import { checkConformance } from '../../../../../services/shared/state/conformance.ts';
import { Amqp, bits, emptyTable, type Method, method, short, shortText } from '../../../../support/amqp.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { waitFor } from '../../../../support/wait.ts';
import { runSidecar } from './run-sidecar.ts';

const repoRoot = path.resolve(import.meta.dirname, '../../../../..');
const signal = AbortSignal.timeout(5 * 60_000);
const needed = new Set(['rabbitmq', 'redis', 'mongodb', 'postgresql', 'mysql'] as const);

describe('the account of the services', { timeout: 5 * 60_000 }, () => {
  let servers: Servers;
  let tools: Tools;
  before(async () => {
    tools = await ensureTools({ repoRoot, needed, report: console.log, signal });
    servers = await startServers({ repoRoot, dataDir, needed, tools, report: console.log, signal });
  });
  // Hooks run in the order in which they are declared, so the servers stop before the folder is removed.
  after(() => servers?.stop());
  const stateRoot = temporaryFolder({ after });
  const dataDir = path.join(stateRoot, '.data');

  for (const [pubsub, blobs] of [
    ['rabbitmq', 'mongodb'],
    ['rabbitmq-quorum', 'postgresql'],
    ['redis', 'redis'],
  ] as const) {
    it(`is enough for Dapr's components ${pubsub} and ${blobs}`, async () => {
      await using running = await runSidecar({
        repoRoot,
        stateRoot,
        choice: { pubsub, blobs },
        servers,
        tools,
      });
      const { sidecar, delivered } = running;
      await checkConformance(sidecar.state, signal);
      const key = `contract:${randomUUID()}`;
      assert.equal(await sidecar.state.put(key, '{"a":1}', { ttlSeconds: 600, when: 'create' }), true);
      const event = { job_id: randomUUID(), trace_id: '0af7651916cd43dd8448eb211c80319c' };
      await sidecar.publish('video', event);
      await waitFor('the event', () => delivered.includes(event.job_id));
      await sidecar.publish('mp3', event);
      await assert.rejects(sidecar.publish('orders', event), { code: 'unavailable' });
    });
  }

  describe('at RabbitMQ', () => {
    let amqp: Amqp;
    before(async () => {
      amqp = await Amqp.connect(servers.rabbitmq?.url ?? '');
    });
    after(() => amqp?.close());

    const DURABLE = bits(2);
    const exchange = (name: string) =>
      method(40, 10, short(0), shortText(name), shortText('fanout'), DURABLE, emptyTable);
    const queue = (name: string) => method(50, 10, short(0), shortText(name), DURABLE, emptyTable);
    const bind = (name: string, to: string) =>
      method(50, 20, short(0), shortText(name), shortText(to), shortText(''), bits(0), emptyTable);
    const get = (name: string) => method(60, 70, short(0), shortText(name), bits(0));
    const remove = (name: string) => method(50, 40, short(0), shortText(name), bits(0));

    const allowed: [what: string, call: Method][] = [
      ['declare the exchange of a topic', exchange('video')],
      ['declare the other exchange', exchange('mp3')],
      ['declare the queue of a subscriber', queue('converter-video')],
      ['declare the quorum queue of a subscriber', queue('notification-mp3-quorum')],
      ['bind such a queue', bind('converter-video', 'video')],
      ['read such a queue', get('converter-video')],
      ['delete such a queue', remove('converter-video')],
    ];
    for (const [what, call] of allowed) {
      it(`may ${what}`, async () => assert.equal(await amqp.call(call), undefined));
    }

    const refused: [what: string, call: Method][] = [
      ['declare another exchange', exchange('orders')],
      ['declare an exchange whose name begins with that of a topic', exchange('video-orders')],
      ['declare an exchange whose name has a topic behind a line end', exchange('orders\nvideo')],
      ['declare another queue', queue('orders')],
      ['declare a queue that the server names', queue('')],
      ['read another queue', get('orders')],
      ['delete another queue', remove('orders')],
      ['bind a queue of ours to another exchange', bind('notification-mp3-quorum', 'amq.fanout')],
      ['delete an exchange of the server', method(40, 20, short(0), shortText('amq.topic'), bits(0))],
    ];
    for (const [what, call] of refused) {
      it(`may not ${what}`, async () => assert.equal(await amqp.call(call), 403));
    }
  });

  describe('at Redis', () => {
    /** Sends one command after a login, and returns the answer to it. */
    async function redis(command: string, login?: string): Promise<string> {
      const { port, username, password } = new URL(servers.redis?.url ?? '');
      const socket = connect({ host: '127.0.0.1', port: Number(port) });
      try {
        await once(socket, 'connect');
        socket.write(`${login ?? `AUTH ${username} ${password}`}\r\n`);
        const [first] = await once(socket, 'data');
        if (login === undefined) assert.equal(String(first), '+OK\r\n');
        socket.write(`${command}\r\n`);
        return String((await once(socket, 'data'))[0]);
      } finally {
        socket.destroy();
      }
    }

    const allowed: [command: string, answer: RegExp][] = [
      ["EVAL \"return redis.call('HSET', KEYS[1], 'data', ARGV[1])\" 1 job:x y", /^:\d/],
      ['HGETALL job:x', /^\*2/],
      ['EXPIRE job:x 1000', /^:1/],
      ['XADD video MAXLEN ~ 10 * data x', /^\$/],
      ['XGROUP CREATE video converter 0 MKSTREAM', /^\+OK|^-BUSYGROUP/],
      ['INFO replication', /^\$/],
      ['DEL job:x', /^:1/],
    ];
    for (const [command, answer] of allowed) {
      it(`may call ${command}`, async () => assert.match(await redis(command), answer));
    }

    const refused = [
      ...[
        'FLUSHALL',
        'FLUSHDB',
        'KEYS *',
        'SCAN 0',
        'CONFIG GET *',
        'CONFIG SET dir /tmp',
        'SHUTDOWN',
        'SAVE',
      ],
      ...[
        'ACL LIST',
        'ACL SETUSER x on nopass',
        'CLIENT KILL TYPE normal',
        'CLIENT LIST',
        'DEBUG JMAP',
        'MONITOR',
      ],
      ...['SCRIPT FLUSH', 'FUNCTION LIST', 'MODULE LIST', 'REPLICAOF no one', 'SUBSCRIBE x', 'PUBLISH x y'],
      ...['RENAME a b', 'MIGRATE 127.0.0.1 1 x 0 1', 'XGROUP DESTROY video converter'],
      'EVAL "return redis.call(\'FLUSHALL\')" 0',
      "EVAL \"return redis.call('CONFIG', 'GET', 'dir')\" 0",
    ];
    for (const command of refused) {
      it(`may not call ${command}`, async () =>
        assert.match(await redis(command), /NOPERM|can't run this command|not allowed/i));
    }

    it('is needed: nobody may do anything without it', async () => {
      assert.match(await redis('HGETALL job:x', 'PING'), /^-NOAUTH/);
      const { password } = new URL(servers.redis?.url ?? '');
      assert.match(await redis('HGETALL job:x', `AUTH ${password}`), /^-NOAUTH/);
    });
  });

  describe('at MongoDB', () => {
    let client: MongoClient;
    before(() => {
      client = new MongoClient(servers.mongodb?.url ?? '', { serverSelectionTimeoutMS: 10_000 });
    });
    after(() => client?.close());

    it('may read and write its own database', async () => {
      const store = client.db('mp3converter').collection('store');
      await store.insertOne({ x: 1 });
      assert.equal(await store.countDocuments({ x: 1 }), 1);
      await store.deleteMany({ x: 1 });
    });

    const refused: [what: string, database: string, command: object][] = [
      ['read another database', 'other', { find: 'x' }],
      ['write another database', 'other', { insert: 'x', documents: [{ x: 1 }] }],
      ['read the users', 'admin', { usersInfo: 1 }],
      ['read the hashes of passwords', 'admin', { find: 'system.users' }],
      ['create a user', 'admin', { createUser: 'x', pwd: 'x', roles: [] }],
      [
        'create a user in its own database',
        'mp3converter',
        { createUser: 'x', pwd: 'x', roles: ['dbOwner'] },
      ],
      ['give itself a role', 'admin', { grantRolesToUser: 'mp3converter', roles: ['root'] }],
      ['list the databases', 'admin', { listDatabases: 1, authorizedDatabases: false }],
      ['shut the server down', 'admin', { shutdown: 1 }],
      ['read the oplog', 'local', { find: 'oplog.rs' }],
      ['read what others do', 'admin', { currentOp: 1 }],
      ['change a parameter', 'admin', { setParameter: 1, logLevel: 5 }],
    ];
    for (const [what, database, command] of refused) {
      it(`may not ${what}`, async () => {
        await assert.rejects(client.db(database).command(command), { codeName: 'Unauthorized' });
      });
    }
  });

  describe('at MySQL', () => {
    let connection: mysql.Connection;
    before(async () => {
      connection = await mysql.createConnection(servers.mysql.url);
    });
    after(() => connection?.end());

    it('may create, change, read and write tables of its own database', async () => {
      for (const sql of [
        'CREATE TABLE rights (id INT PRIMARY KEY)',
        'ALTER TABLE rights ADD name VARCHAR(9), ADD INDEX (name)',
        'INSERT INTO rights VALUES (1, "x")',
        'UPDATE rights SET name = "y"',
        'SELECT * FROM rights',
        'DELETE FROM rights',
        'DROP TABLE rights',
      ])
        await connection.query(sql);
    });

    const refused = [
      ...[
        'SELECT * FROM mysql.user',
        'SELECT * FROM mysql.global_priv',
        'CREATE DATABASE other',
        'USE mysql',
      ],
      ...[
        "CREATE USER x@'%'",
        "GRANT SELECT ON mp3converter.* TO auth@'127.0.0.1'",
        "GRANT FILE ON *.* TO auth@'127.0.0.1'",
      ],
      ...[
        "SELECT 1 INTO OUTFILE '/tmp/mp3converter-rights'",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE users",
      ],
      ...[
        'SET GLOBAL general_log = 1',
        'SHUTDOWN',
        'FLUSH TABLES',
        'SHOW MASTER STATUS',
        "SET PASSWORD FOR root@localhost = ''",
      ],
    ];
    for (const sql of refused) {
      it(`may not run ${sql}`, async () => {
        await assert.rejects(connection.query(sql), /denied|not allowed|Can't find any matching row/);
      });
    }

    it('reads no file of the server', async () => {
      const [rows] = await connection.query("SELECT LOAD_FILE('/etc/passwd') AS content");
      assert.deepEqual(rows, [{ content: null }]);
    });
  });

  describe('at PostgreSQL', { skip: which('psql') === undefined && 'there is no psql' }, () => {
    const psql = (sql: string, url = servers.postgresql?.url ?? '') =>
      promisify(execFile)('psql', ['--no-psqlrc', '--quiet', '--tuples-only', '--command', sql, url], {
        timeout: 20_000,
      });

    it('may create, read and write tables of its own database', async () => {
      await psql('CREATE TABLE rights (x INT); INSERT INTO rights VALUES (1); DROP TABLE rights');
    });

    const refused = [
      ...[
        'CREATE ROLE other',
        'CREATE DATABASE other',
        'ALTER ROLE mp3converter SUPERUSER',
        'ALTER SYSTEM SET work_mem = 1',
      ],
      ...[
        'SELECT * FROM pg_authid',
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/mp3converter-rights'",
      ],
      ...["COPY pg_class FROM PROGRAM 'id'", 'CREATE EXTENSION adminpack', 'SELECT pg_reload_conf()'],
      "CREATE FUNCTION system(cstring) RETURNS int AS '/lib/x86_64-linux-gnu/libc.so.6', 'system' LANGUAGE c",
    ];
    for (const sql of refused) {
      it(`may not run ${sql}`, async () => {
        await assert.rejects(psql(sql), /permission denied|must be superuser|must be a superuser/);
      });
    }

    it('may not enter another database, and nobody else may enter', async () => {
      const url = new URL(servers.postgresql?.url ?? '');
      url.pathname = '/postgres';
      await assert.rejects(psql('SELECT 1', url.href), /no pg_hba.conf entry/);
      url.pathname = '/mp3converter';
      url.username = 'postgres';
      await assert.rejects(psql('SELECT 1', url.href), /no pg_hba.conf entry/);
    });
  });
});

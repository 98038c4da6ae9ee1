import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Database } from '../../../services/auth/database/database.ts';
import { migrate } from '../../../services/auth/database/migrate.ts';
import { queueMail } from '../../../services/auth/mails/outbox.ts';
import { createMailLoop } from '../../../services/auth/mails/send-mails.ts';
import type { InvokeReply, InvokeRequest } from '../../../services/shared/dapr/sidecar.ts';
import { unavailable } from '../../../services/shared/runtime/errors.ts';
import { createDatabase, MIGRATIONS, silent, skip } from './database-for-test.ts';

type Notification = () => InvokeReply;
const answer = (status: number) => (): InvokeReply => ({ status, headers: {}, body: '{}' });

async function setUp(t: TestContext, notification: Notification, replicas = 1) {
  const databases = await createDatabase(t, replicas);
  await migrate(databases[0], MIGRATIONS, silent);
  const clock = { ms: Date.now() + 1 };
  const asked: string[] = [];
  const state = { notification };
  const invoke = async (appId: string, { method, path, body }: InvokeRequest) => {
    assert.deepEqual([appId, method, path], ['notification', 'POST', '/account-mails']);
    asked.push(JSON.parse(String(body)).id);
    return state.notification();
  };
  const loops = databases.map((database: Database) =>
    createMailLoop({ database, invoke, log: silent, now: () => clock.ms }),
  );
  const [loop = assert.fail()] = loops;
  const waiting = async () => (await databases[0].rows('SELECT id FROM mail_outbox')).length;
  const queue = (count: number) =>
    databases[0].inTransaction(async (statements) => {
      for (let i = 0; i < count; i++)
        await queueMail(statements, { kind: 'password_changed', to: 'ann@example.com' });
    });
  return { database: databases[0], loop, loops, asked, clock, state, waiting, queue };
}

describe('createMailLoop', () => {
  it('sends each mail once, also where several replicas compete', { skip }, async (t) => {
    const { loops, asked, waiting, queue, clock } = await setUp(t, answer(200), 3);
    await queue(20);
    clock.ms = Date.now() + 1;
    await Promise.all(loops.map((loop) => loop.sendDue()));
    assert.equal(asked.length, 20);
    assert.equal(new Set(asked).size, 20);
    assert.equal(await waiting(), 0);
  });

  for (const [what, fail] of [
    [
      'notification is away',
      (): never => {
        throw unavailable('notification');
      },
    ],
    ['notification answers 503', answer(503)],
    ['notification answers 429', answer(429)],
  ] as const) {
    it(`keeps a mail while ${what}, and sends it later`, { skip }, async (t) => {
      const { loop, asked, waiting, queue, clock, state } = await setUp(t, fail);
      await queue(1);
      clock.ms = Date.now() + 1;
      await loop.sendDue();
      await loop.sendDue();
      assert.deepEqual([asked.length, await waiting()], [1, 1]);
      state.notification = answer(200);
      clock.ms += 2_000;
      await loop.sendDue();
      assert.deepEqual([asked.length, await waiting()], [2, 0]);
    });
  }

  it('sends a mail again whose replica died after it had taken it', { skip }, async (t) => {
    const { loop, asked, waiting, queue, clock, database } = await setUp(t, answer(200));
    await queue(1);
    clock.ms = Date.now() + 1;
    await database.change('UPDATE mail_outbox SET claim = ?, due_at = ?', [
      'of-a-dead-replica',
      new Date(clock.ms + 60_000),
    ]);
    await loop.sendDue();
    assert.equal(asked.length, 0);
    clock.ms += 60_001;
    await loop.sendDue();
    assert.deepEqual([asked.length, await waiting()], [1, 0]);
  });

  it('gives up a mail that has expired', { skip }, async (t) => {
    const { loop, asked, waiting, queue, clock } = await setUp(t, answer(503));
    await queue(1);
    clock.ms = Date.now() + 25 * 3600_000;
    await loop.sendDue();
    assert.deepEqual([asked.length, await waiting()], [0, 0]);
  });

  it('queues no mail for a change that failed', { skip }, async (t) => {
    const { database, waiting } = await setUp(t, answer(200));
    const failing = database.inTransaction(async (statements) => {
      await queueMail(statements, { kind: 'password_changed', to: 'ann@example.com' });
      throw new Error('the change failed');
    });
    await assert.rejects(failing, /the change failed/);
    assert.equal(await waiting(), 0);
  });
});

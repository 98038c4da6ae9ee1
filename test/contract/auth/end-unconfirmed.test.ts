import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import type { Database } from '../../../services/auth/database/database.ts';
import {
  endUnconfirmedSessions,
  repeatEndUnconfirmed,
} from '../../../services/auth/revocations/end-unconfirmed.ts';
import { basic } from '../../support/basic-auth.ts';
import { skip } from './database-for-test.ts';
import { gateDatabase } from './gated-database.ts';
import { buildAuth } from './test-auth.ts';

const ANN = 'ann@example.com';
const BOB = 'bob@example.com';
const PASSWORD = 'open: sésame!';
/** Bounds the wait for a round. */
const WAIT_MS = 120_000;

/** A replica for which addresses need not be confirmed, with Ann, whose address is not confirmed, and Bob, whose address is. */
async function build(t: TestContext) {
  const { call, database } = await buildAuth(t);
  for (const email of [ANN, BOB]) await call('POST', '/register', { body: { email, password: PASSWORD } });
  await database.change('UPDATE users SET verified_at = NOW() WHERE email = ?', [BOB]);
  const login = async (email: string) =>
    (await call('POST', '/login', { headers: { authorization: basic(email, PASSWORD) } })).json;
  const sidOf = async ({ access_token }: { access_token: string }) => {
    const headers = { authorization: `Bearer ${access_token}` };
    return String((await call('GET', '/validate', { headers })).json.sid);
  };
  const refresh = async ({ refresh_token }: { refresh_token: string }) =>
    (await call('POST', '/refresh', { body: { refresh_token } })).status;
  const revoked = async (): Promise<string[]> => (await call('GET', '/revocations')).json.revoked;
  return { database, call, login, sidOf, refresh, revoked };
}

/** Copies the session of an account, with ids that spread over all pages. */
async function copySessions(database: Database, email: string, count: number): Promise<void> {
  const values = Array.from({ length: count }, (_, number) => {
    const id = ((number * 7919) % 1_000_003).toString(36).padEnd(6, '-');
    return `('${`${id}${number}`.padEnd(22, '_')}')`;
  });
  await database.change('CREATE TABLE copies (id CHAR(22) COLLATE utf8mb4_bin)');
  await database.change(`INSERT INTO copies VALUES ${values.join(', ')}`);
  await database.change(
    `INSERT INTO sessions (id, user_id, token_hash, created_at, expires_at)
       SELECT copies.id, user_id, '', sessions.created_at, expires_at
         FROM copies, sessions JOIN users ON users.id = user_id WHERE email = ?`,
    [email],
  );
  await database.change('DROP TABLE copies');
}

describe('endUnconfirmedSessions', () => {
  it('ends the sessions of closed accounts alone, so that gateways refuse their access tokens', {
    skip,
  }, async (t) => {
    const { database, call, login, sidOf, refresh, revoked } = await build(t);
    const { json: guest } = await call('POST', '/guests');
    const [ann, bob] = [await login(ANN), await login(BOB)];
    const sid = await sidOf(ann);
    assert.equal(await endUnconfirmedSessions(database, 900), 1);
    assert.deepEqual(await revoked(), [sid]);
    assert.deepEqual([await refresh(ann), await refresh(guest), await refresh(bob)], [401, 200, 200]);
    assert.equal(await endUnconfirmedSessions(database, 900), 0);
  });

  it('reads all sessions in pages of 500', { skip }, async (t) => {
    const { database, call, login, sidOf, revoked } = await build(t);
    const emails = Array.from({ length: 12 }, (_, number) => `ann${number}@example.com`);
    await login(BOB);
    await copySessions(database, BOB, 1_200);
    const sids = [];
    for (const email of emails) {
      await call('POST', '/register', { body: { email, password: PASSWORD } });
      sids.push(await sidOf(await login(email)));
    }
    const read: number[] = [];
    const counted: Database = {
      ...database,
      async rows<Row>(...statement: Parameters<Database['rows']>) {
        const found = await database.rows<Row>(...statement);
        read.push(found.length);
        return found;
      },
    };
    assert.equal(await endUnconfirmedSessions(counted, 900), 12);
    assert.deepEqual((await revoked()).sort(), sids.sort());
    assert.deepEqual(read.slice(0, 2), [500, 500]);
    assert.equal(read.length, 3);
  });

  it('leaves the session of somebody who confirms the address meanwhile', { skip }, async (t) => {
    const { login, refresh, database } = await build(t);
    const ann = await login(ANN);
    const gated = gateDatabase(database);
    const accounts = await gated.during(
      /FOR UPDATE/,
      () => endUnconfirmedSessions(gated.database, 900),
      () => database.change('UPDATE users SET verified_at = NOW() WHERE email = ?', [ANN]),
    );
    assert.deepEqual([accounts, await refresh(ann)], [0, 200]);
  });
});

describe('repeatEndUnconfirmed', () => {
  it('tries again after a failure, and ends what another replica begins during a rolling update', {
    skip,
  }, async (t) => {
    const { database, login, refresh } = await build(t);
    const events = new EventEmitter();
    const signal = AbortSignal.timeout(WAIT_MS);
    const stopping = new AbortController();
    let fails = true;
    const failing: Database = {
      ...database,
      async rows(...statement) {
        if (fails) throw new Error('the database is away');
        return database.rows(...statement);
      },
    };
    const log = {
      warn: ({ err }: { err: Error }) => events.emit('failed', err.message),
      info: ({ accounts }: { accounts: number }) => events.emit('ended', accounts),
    };
    const first = await login(ANN);
    const failed = once(events, 'failed', { signal });
    const ports = { database: failing, log: log as never, tokenSeconds: 900, everyMs: 1 };
    const running = repeatEndUnconfirmed(ports, stopping.signal);
    t.after(() => stopping.abort());
    assert.deepEqual(await failed, ['the database is away']);

    let ended = once(events, 'ended', { signal });
    fails = false;
    assert.deepEqual(await ended, [1]);
    ended = once(events, 'ended', { signal });
    const second = await login(ANN);
    assert.deepEqual(await ended, [1]);
    assert.deepEqual([await refresh(first), await refresh(second)], [401, 401]);
    stopping.abort();
    await running;
  });
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { createUsers } from '../../../services/auth/accounts/users.ts';
import type { Database } from '../../../services/auth/database/database.ts';
import { migrate } from '../../../services/auth/database/migrate.ts';
import { createSessions } from '../../../services/auth/sessions/refresh-sessions.ts';
import { digest, firstToken, newSessionId } from '../../../services/auth/sessions/refresh-token-format.ts';
import { createDatabase, MIGRATIONS, silent, skip } from './database-for-test.ts';

/** The sessions of one user, at several replicas. */
async function replicas(t: TestContext, count: number) {
  const databases = await createDatabase(t, count);
  const [database] = databases;
  await migrate(database, MIGRATIONS, silent);
  const user = await createUsers(database).add(`${randomUUID()}@example.com`, 'hash');
  assert.ok(user);
  const reused: string[] = [];
  const sessionsAt = (at: Database) =>
    createSessions({ database: at, seconds: 3600, guestSeconds: 600, onReuse: (id) => reused.push(id) });
  return { database, user, reused, sessions: databases.map(sessionsAt) };
}

describe('createSessions', () => {
  it('returns the same next token at all replicas that get one token at the same time', {
    skip,
  }, async (t) => {
    const { user, reused, sessions } = await replicas(t, 3);
    let token = await sessions[0]?.start(user.id);
    for (let round = 0; round < 20; round++) {
      const all = [...sessions, ...sessions].map((replica) => replica.rotate(String(token)));
      const next = new Set((await Promise.all(all)).map((rotated) => rotated?.token));
      assert.equal(next.size, 1, `round ${round}`);
      [token] = next;
      assert.ok(token);
    }
    assert.deepEqual(reused, []);
  });

  it('continues a session of an older release, whose first token may be used twice', {
    skip,
  }, async (t) => {
    const { database, user, sessions } = await replicas(t, 1);
    const id = newSessionId();
    const token = firstToken(id);
    await database.change(
      'INSERT INTO sessions (id, user_id, token_hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?)',
      [id, user.id, digest(token), new Date(), new Date(Date.now() + 60_000)],
    );
    const first = await sessions[0]?.rotate(token);
    assert.ok(first);
    assert.deepEqual(await sessions[0]?.rotate(token), first);
  });

  it('does not bring an older token back when an older release exchanges one during a rollout', {
    skip,
  }, async (t) => {
    const { database, user, reused, sessions } = await replicas(t, 1);
    const token = String(await sessions[0]?.start(user.id));
    const second = await sessions[0]?.rotate(token);
    const third = firstToken(String(token.split('.')[0]));
    await database.change('UPDATE sessions SET token_hash = ?', [digest(third)]);
    assert.equal(await sessions[0]?.rotate(String(second?.token)), undefined);
    assert.deepEqual(reused, [user.id]);
  });

  it('keeps a session ended that is ended during an exchange of its token', { skip }, async (t) => {
    const { database, user, sessions } = await replicas(t, 2);
    for (let round = 0; round < 20; round++) {
      const token = String(await sessions[0]?.start(user.id));
      const [rotated] = await Promise.all([sessions[0]?.rotate(token), sessions[1]?.end(token)]);
      assert.equal(await sessions[0]?.rotate(rotated?.token ?? token), undefined);
    }
    assert.deepEqual(await database.rows('SELECT session_id FROM refresh_exchanges'), []);
  });
});

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { basic } from '../../support/basic-auth.ts';
import type { Client } from '../../support/in-process.ts';
import { takeMails, takeToken } from './account-mails.ts';
import { createDatabase, skip } from './database-for-test.ts';
import { gateDatabase } from './gated-database.ts';
import { buildAuth } from './test-auth.ts';

const EMAIL = 'ann@example.com';
const HOUR_MS = 3600_000;
const ONE = 'open: sésame!';
const OTHER = 'another: sésame!';

const register = (call: Client, password: string) =>
  call('POST', '/register', { body: { email: EMAIL, password } });
const login = (call: Client, password: string) =>
  call('POST', '/login', { headers: { authorization: basic(EMAIL, password) } });
const confirm = (call: Client, token: string) =>
  call('POST', '/account/verification/confirm', { body: { token } });

/** Two replicas. A request at `slow` can be held back while others come to `fast`. */
async function build(t: TestContext) {
  const [one, two] = await createDatabase(t, 2);
  const { database, during } = gateDatabase(one);
  const slow = await buildAuth(t, { database, requireVerifiedEmail: true });
  const fast = await buildAuth(t, { ...(two && { database: two }), requireVerifiedEmail: true });
  /** An address may get no mail before the hour is over, and nothing is registered with it. */
  async function spendAllowance(): Promise<void> {
    await register(fast.call, ONE);
    await confirm(fast.call, await takeToken(one, 'verify_email'));
    const { access_token } = (await login(fast.call, ONE)).json;
    const headers = { authorization: `Bearer ${access_token}` };
    assert.equal(
      (await fast.call('POST', '/account/deletion', { headers, body: { password: ONE } })).status,
      204,
    );
    await takeMails(one);
  }
  return { slow, fast, during, spendAllowance, database: one };
}

describe('two registrations of one address at once', () => {
  it('leave the link of the mail in order that one of them has sent, and the password of neither', {
    skip,
  }, async (t) => {
    const { slow, fast, during, spendAllowance, database } = await build(t);
    await spendAllowance();
    // It may send no mail, and has seen that there is no registration.
    const { status } = await during(
      /(INSERT|REPLACE) INTO registrations/,
      () => register(slow.call, ONE),
      async () => {
        fast.clock.ms += HOUR_MS;
        await register(fast.call, OTHER);
      },
    );
    assert.equal(status, 202);
    const link = await takeToken(database, 'verify_email');
    assert.equal((await confirm(fast.call, link)).status, 204);
    for (const password of [ONE, OTHER]) assert.equal((await login(fast.call, password)).status, 401);
    await takeToken(database, 'reset_password');
  });

  it('tell the owner that there is an account, where one of them is confirmed before the other counts', {
    skip,
  }, async (t) => {
    const { slow, fast, during, database } = await build(t);
    await register(fast.call, OTHER);
    const link = await takeToken(database, 'verify_email');
    const { status } = await during(
      /UPDATE registrations SET password_hash = NULL/,
      () => register(slow.call, ONE),
      () => confirm(fast.call, link),
    );
    assert.equal(status, 202);
    assert.deepEqual(
      (await takeMails(database)).map(({ kind }) => kind),
      ['account_exists'],
    );
  });

  it('are all accepted, however many there are, and leave one registration', { skip }, async (t) => {
    const { slow, fast, spendAllowance, database } = await build(t);
    await spendAllowance();
    const passwords = Array.from({ length: 8 }, (_, number) => `sésame number ${number % 2}`);
    const replies = await Promise.all(
      passwords.map((password, number) => register(number % 3 === 0 ? slow.call : fast.call, password)),
    );
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([202]));
    assert.deepEqual(await database.rows('SELECT password_hash, token_hash FROM registrations'), [
      { password_hash: null, token_hash: null },
    ]);
  });

  it('replace one that has expired and was not deleted yet', { skip }, async (t) => {
    const { fast, database } = await build(t);
    await register(fast.call, OTHER);
    await database.change("UPDATE registrations SET expires_at = '2020-01-01'");
    await register(fast.call, ONE);
    assert.deepEqual(
      await database.rows('SELECT password_hash, token_hash, expires_at > NOW() AS waits FROM registrations'),
      [{ password_hash: null, token_hash: null, waits: 1 }],
    );
  });
});

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { basic } from '../../support/basic-auth.ts';
import type { Client } from '../../support/in-process.ts';
import { buildSystem, ORIGIN } from './build-system.ts';
import { skip } from './database-for-test.ts';
import { type Changes, createAuthenticator } from './soft-authenticator.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'open: sésame';
const PROOF = { body: { password: PASSWORD } };

const accountOf = async (call: Client) => (await call('GET', '/session')).json.account;

async function addPasskey(call: Client, changes: Changes = {}, authenticator = createAuthenticator(ORIGIN)) {
  const { json } = await call('POST', '/account/passkey-options', PROOF);
  const body = { name: 'My key', response: authenticator.register(json, changes) };
  return { authenticator, options: json, body, reply: await call('POST', '/account/passkeys', { body }) };
}

/** A system with one user, who is signed in with a password and has a passkey. */
async function build(t: TestContext) {
  const system = await buildSystem(t);
  const register = async (email: string) => {
    const call = system.browser();
    await system.auth.call('POST', '/register', { body: { email, password: PASSWORD } });
    await call('POST', '/session', { headers: { authorization: basic(email, PASSWORD) } });
    return call;
  };
  const ann = await register(EMAIL);
  const begin = async (call: Client) => (await call('POST', '/session/passkey/options')).json;
  const logIn = async (
    call: Client,
    authenticator: ReturnType<typeof createAuthenticator>,
    changes: Parameters<typeof authenticator.logIn>[1] = {},
  ) =>
    call('POST', '/session/passkey', { body: { response: authenticator.logIn(await begin(call), changes) } });
  return { ...system, register, ann, begin, logIn };
}

describe('passkeys', () => {
  it('are not for a guest, who has no account yet, and sign in to an account without the jobs of the guest', {
    skip,
  }, async (t) => {
    const { ann, browser, logIn, auth } = await build(t);
    const { authenticator } = await addPasskey(ann);
    const guest = browser();
    const { id } = (await guest('POST', '/session/guest')).json.account;
    const refused = await guest('POST', '/account/passkey-options', { body: {} });
    assert.deepEqual([refused.status, refused.json.code], [409, 'state_conflict']);
    assert.equal((await logIn(guest, authenticator)).json.account.email, EMAIL);
    // It is left to expire.
    const rows = await auth.database.rows<{ email: null }>('SELECT email FROM users WHERE id = ?', [id]);
    assert.deepEqual(rows, [{ email: null }]);
  });

  it('sign in without an address and a password, past a second factor, and the owner is told', {
    skip,
  }, async (t) => {
    const { ann, browser, logIn, mails, auth } = await build(t);
    const { authenticator, options, reply } = await addPasskey(ann);
    assert.equal(reply.status, 201);
    const { residentKey, userVerification } = options.authenticatorSelection;
    assert.deepEqual(
      [residentKey, userVerification, options.rp.id],
      ['required', 'required', 'gateway.test'],
    );
    assert.ok(!options.user.id.includes('@'));
    assert.deepEqual(
      (await mails()).map(({ kind, detail }) => [kind, detail]),
      [['new_sign_in_method', 'the passkey My key']],
    );
    const [user] = await auth.database.rows<{ id: string }>('SELECT id FROM users');
    await auth.database.change(
      "INSERT INTO totp (user_id, secret, created_at, confirmed_at) VALUES (?, 'x', NOW(), NOW())",
      [String(user?.id)],
    );
    const other = browser();
    assert.equal((await logIn(other, authenticator)).status, 200);
    assert.equal((await accountOf(other)).email, EMAIL);
    assert.equal((await logIn(browser(), authenticator)).status, 200, 'again');
    const { json } = await ann('GET', '/account/passkeys');
    assert.deepEqual([json.passkeys[0].name, json.passkeys[0].synchronised], ['My key', false]);
    assert.equal(json.passkeys[0].last_used_at, new Date(auth.clock.ms).toISOString());
  });

  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const REFUSED: [what: string, changes: Parameters<ReturnType<typeof createAuthenticator>['logIn']>[1]][] = [
    ['of a page of another origin', { origin: 'https://gateway.evil' }],
    ['for another site', { rpId: 'evil.example' }],
    ['without a verified user', { userVerified: false }],
    ['to another challenge', { challenge: 'x'.repeat(43) }],
    ['by another key', { key }],
    ['with a count from before, as of a copied key', { counter: 1 }],
    ['for another user', { userHandle: Buffer.alloc(16).toString('base64url') }],
    ['without a user', { userHandle: undefined }],
  ];
  for (const [what, changes] of REFUSED) {
    it(`refuse a login ${what}`, { skip }, async (t) => {
      const { ann, browser, logIn } = await build(t);
      const { authenticator } = await addPasskey(ann);
      const other = browser();
      const { status, json, headers } = await logIn(other, authenticator, changes);
      assert.deepEqual([status, json.code], [401, 'passkey_refused']);
      assert.equal(headers['set-cookie'], undefined);
      assert.equal(await accountOf(other), null);
    });
  }

  it('refuse a response that is sent again', { skip }, async (t) => {
    const { ann, browser, begin } = await build(t);
    const { authenticator } = await addPasskey(ann);
    const other = browser();
    const body = { response: authenticator.logIn(await begin(other)) };
    const replies = await Promise.all([1, 2, 3].map(() => other('POST', '/session/passkey', { body })));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 401, 401]);
  });

  it('refuse the login that another browser has begun, and a cookie that is none of ours', {
    skip,
  }, async (t) => {
    const { ann, browser, begin } = await build(t);
    const { authenticator } = await addPasskey(ann);
    const other = browser();
    const body = { response: authenticator.logIn(await begin(other)) };
    const [stranger, mallory] = [browser(), browser()];
    await begin(mallory);
    for (const [call, headers] of [
      [stranger, {}],
      [mallory, {}],
      [stranger, { cookie: `mp3_passkey=${'x'.repeat(200)}` }],
    ] as const) {
      const { status, json } = await call('POST', '/session/passkey', { headers, body });
      assert.deepEqual([status, json.code], [401, 'passkey_refused']);
    }
    assert.equal((await other('POST', '/session/passkey', { body })).status, 200);
  });

  it('store nothing for logins that are begun or refused, and one row for each that succeeds', {
    skip,
  }, async (t) => {
    const { ann, browser, begin, logIn, auth } = await build(t);
    const { authenticator } = await addPasskey(ann);
    const count = async () => (await auth.database.rows('SELECT purpose FROM sign_in_challenges')).length;
    for (let number = 0; number < 50; number++) await begin(browser());
    assert.equal((await logIn(browser(), authenticator, { key })).status, 401);
    assert.equal(await count(), 0);
    assert.equal((await logIn(browser(), authenticator)).status, 200);
    assert.equal(await count(), 1);
  });

  it('keep one open registration for each user, the newest', { skip }, async (t) => {
    const { ann, auth } = await build(t);
    const { json: first } = await ann('POST', '/account/passkey-options', PROOF);
    for (let number = 0; number < 20; number++) await ann('POST', '/account/passkey-options', PROOF);
    assert.equal((await auth.database.rows('SELECT purpose FROM sign_in_challenges')).length, 1);
    const body = { name: 'Old', response: createAuthenticator(ORIGIN).register(first) };
    assert.equal((await ann('POST', '/account/passkeys', { body })).status, 401);
    assert.equal((await addPasskey(ann)).reply.status, 201);
  });

  it('refuse a challenge after five minutes, and one of another ceremony', { skip }, async (t) => {
    const { ann, begin, auth } = await build(t);
    const { authenticator } = await addPasskey(ann);
    const late = await begin(ann);
    const { json: registration } = await ann('POST', '/account/passkey-options', PROOF);
    const foreign = { response: authenticator.logIn(registration) };
    assert.equal((await ann('POST', '/session/passkey', { body: foreign })).status, 401);
    auth.clock.ms += 5 * 60_000;
    const body = { response: authenticator.logIn(late) };
    assert.equal((await ann('POST', '/session/passkey', { body })).status, 401);
    auth.clock.ms -= 1;
    assert.equal((await ann('POST', '/session/passkey', { body })).status, 200);
  });

  const UNMADE: [what: string, changes: Changes][] = [
    ['of a page of another origin', { origin: 'https://gateway.evil' }],
    ['for another site', { rpId: 'evil.example' }],
    ['without a verified user', { userVerified: false }],
    ['to another challenge', { challenge: 'x'.repeat(43) }],
  ];
  for (const [what, changes] of UNMADE) {
    it(`refuse a registration ${what}`, { skip }, async (t) => {
      const { ann, mails } = await build(t);
      const { reply } = await addPasskey(ann, changes);
      assert.deepEqual([reply.status, reply.json.code], [401, 'passkey_refused']);
      assert.deepEqual(await mails(), []);
    });
  }

  it('refuse a registration with the challenge of another user, and one that is sent again', {
    skip,
  }, async (t) => {
    const { ann, register } = await build(t);
    const bob = await register('bob@example.com');
    const { json } = await bob('POST', '/account/passkey-options', PROOF);
    const stolen = { name: 'Mine', response: createAuthenticator(ORIGIN).register(json) };
    assert.equal((await ann('POST', '/account/passkeys', { body: stolen })).status, 401);
    const { body } = await addPasskey(ann);
    assert.equal((await ann('POST', '/account/passkeys', { body })).status, 401);
  });

  it('belong to one account', { skip }, async (t) => {
    const { ann, register } = await build(t);
    const { authenticator, reply } = await addPasskey(ann);
    const bob = await register('bob@example.com');
    const again = await addPasskey(bob, {}, authenticator);
    assert.deepEqual([again.reply.status, again.reply.json.code], [409, 'state_conflict']);
    for (const [method, body] of [
      ['PATCH', { name: 'Bob’s' }],
      ['DELETE', PROOF.body],
    ] as const) {
      const path = `/account/passkeys/${reply.json.id}`;
      assert.equal((await bob(method, path, { body })).status, 404);
    }
  });

  it('are renamed, and removed unless they are the last way in', { skip }, async (t) => {
    const { ann, browser, logIn, auth, mails } = await build(t);
    const { authenticator, reply } = await addPasskey(ann);
    const path = `/account/passkeys/${reply.json.id}`;
    // Also to the name that it has.
    for (const name of [' A \u202ename ', 'A name']) {
      assert.equal((await ann('PATCH', path, { body: { name } })).status, 204);
      assert.equal((await ann('GET', '/account/passkeys')).json.passkeys[0].name, 'A name');
    }
    const [before] = await auth.database.rows<{ password_hash: string }>('SELECT password_hash FROM users');
    await auth.database.change('UPDATE users SET password_hash = NULL');
    assert.equal((await ann('DELETE', path, { body: {} })).json.code, 'state_conflict');
    await auth.database.change('UPDATE users SET password_hash = ?', [before?.password_hash ?? '']);
    assert.equal((await ann('DELETE', path, PROOF)).status, 204);
    assert.equal((await logIn(browser(), authenticator)).status, 401);
    assert.deepEqual(
      (await mails()).map(({ kind }) => kind),
      ['new_sign_in_method', 'sign_in_method_removed'],
    );
  });

  it('do not sign in from a page of another site', { skip }, async (t) => {
    const { browser } = await build(t);
    const headers = { origin: 'https://evil.example' };
    for (const path of ['/session/passkey', '/session/passkey/options'])
      assert.equal((await browser()('POST', path, { headers, body: {} })).status, 403);
  });

  const MALFORMED: [what: string, response: object][] = [
    ['nothing', {}],
    ['no text', { id: 1 }],
    ['a signature that is none', { id: 'AA', rawId: 'AA', type: 'public-key', response: { signature: '!' } }],
  ];
  for (const [what, response] of MALFORMED) {
    it(`answer 400 to ${what}`, { skip }, async (t) => {
      const { browser } = await build(t);
      const { status, json } = await browser()('POST', '/session/passkey', { body: { response } });
      assert.deepEqual([status, json.code], [400, 'bad_request']);
    });
  }
});

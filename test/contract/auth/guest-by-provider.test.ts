import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSharedSecret } from '../../../services/auth/database/shared-secret.ts';
import { createSeal } from '../../../services/auth/seal.ts';
import type { Reply } from '../../support/in-process.ts';
import { skip } from './database-for-test.ts';
import { buildGuests } from './guests-at-provider.ts';
import { EMAIL } from './provider-system.ts';
import { PASSWORD } from './visiting-guest.ts';

describe('a guest who signs in at a provider', () => {
  it('becomes the account of an identity that has none, with the jobs, which expire when they would have', {
    skip,
  }, async (t) => {
    const { guest, visit, users, mails } = await buildGuests(t);
    const ann = guest();
    const { id, job } = await ann.start();
    assert.equal(await ann.outcome(await visit(await ann.beginAsGuest())), '/#sign-in=registered');
    assert.deepEqual(await ann.account(), { id, email: EMAIL, guest: false });
    assert.deepEqual(await ann.job(), job);
    assert.deepEqual(await users(), [{ id, email: EMAIL }]);
    const { json } = await ann.call('GET', '/account');
    assert.deepEqual([json.verified, json.has_password, json.group], [true, false, 'user']);
    assert.deepEqual(await mails(), []);
  });

  it('finds the account with the jobs at the next sign-in, in another browser', { skip }, async (t) => {
    const { guest, visit } = await buildGuests(t);
    const ann = guest();
    const { id } = await ann.start();
    await ann.outcome(await visit(await ann.beginAsGuest()));
    const later = guest();
    assert.equal(await later.outcome(await visit(await later.begin())), '/');
    assert.equal((await later.account()).id, id);
  });

  it('has one session afterwards, which is another one: those of the guest end', { skip }, async (t) => {
    const { guest, visit, auth } = await buildGuests(t);
    const ann = guest();
    await ann.start();
    const [before] = await auth.database.rows<{ id: string }>('SELECT id FROM sessions');
    await ann.outcome(await visit(await ann.beginAsGuest()));
    const sessions = await auth.database.rows<{ id: string }>('SELECT id FROM sessions');
    assert.equal(sessions.length, 1);
    assert.notEqual(sessions[0]?.id, before?.id);
    // Gateways refuse the access tokens of the guest.
    assert.deepEqual(await auth.database.rows('SELECT id FROM revocations'), [{ id: before?.id }]);
  });

  for (const [who, isGuest] of [
    ['has registered by mail with the address of the provider', true],
    ['is nobody yet, and whose address has a registration', false],
  ] as const)
    it(`ends that registration, where it ${who}: no more mails of it are sent`, { skip }, async (t) => {
      const { guest, visit, mails, auth } = await buildGuests(t, {}, { requireVerifiedEmail: true });
      const ann = guest();
      await ann.start();
      assert.equal((await ann.register(EMAIL)).status, 202);
      const [mail] = await mails();
      const signedIn = isGuest ? ann : guest();
      await signedIn.outcome(await visit(await (isGuest ? ann.beginAsGuest() : signedIn.begin())));
      assert.equal((await signedIn.account()).email, EMAIL);
      auth.clock.ms += 2 * 3600_000;
      await auth.call('POST', '/account/verification', { body: { email: EMAIL } });
      assert.deepEqual(await mails(), [mail]);
      const token = String(mail.link).split('/').at(-1);
      const confirmed = await auth.call('POST', '/account/verification/confirm', { body: { token } });
      assert.deepEqual([confirmed.status, confirmed.json.code], [410, 'link_expired']);
    });

  it('gets the group that the provider says', { skip }, async (t) => {
    const { guest, visit, people } = await buildGuests(t, { groups: { family: 'friend' } });
    people.set('ann', { email: EMAIL, email_verified: true, groups: ['family'] });
    const ann = guest();
    const { id } = await ann.start();
    await ann.outcome(await visit(await ann.beginAsGuest()));
    const { json } = await ann.call('GET', '/account');
    assert.deepEqual([json.id, json.group], [id, 'friend']);
  });

  it('who may leave the jobs keeps them all the same where the identity has no account', {
    skip,
  }, async (t) => {
    const { guest, visit } = await buildGuests(t);
    const ann = guest();
    const { id, job } = await ann.start();
    const back = await visit(await ann.beginAsGuest({ leave_guest: true }));
    assert.equal(await ann.outcome(back), '/#sign-in=registered');
    assert.deepEqual([(await ann.account()).id, await ann.job()], [id, job]);
  });

  it('stays a guest where the identity has an account, which gets none of the jobs', { skip }, async (t) => {
    const { guest, visit, users, signedUp } = await buildGuests(t);
    const owner = await signedUp();
    const ann = guest();
    const { id, job } = await ann.start();
    assert.equal(await ann.outcome(await visit(await ann.beginAsGuest())), '/#sign-in=account_exists');
    assert.deepEqual(await ann.account(), { id, email: null, guest: true });
    assert.deepEqual(await ann.job(), job);
    assert.deepEqual(await users(), [
      { id: owner, email: EMAIL },
      { id, email: null },
    ]);
    const problem = await ann.back(await visit(await ann.beginAsGuest()), 'application/json');
    assert.deepEqual([problem.status, problem.json.code], [409, 'account_exists']);
  });

  it('signs in to the account of the identity after a warning, and leaves the jobs behind', {
    skip,
  }, async (t) => {
    const { guest, visit, users, signedUp } = await buildGuests(t);
    const owner = await signedUp();
    const ann = guest();
    const { id } = await ann.start();
    const back = await visit(await ann.beginAsGuest({ leave_guest: true }));
    assert.equal(await ann.outcome(back), '/#sign-in=left');
    assert.equal((await ann.account()).id, owner);
    assert.deepEqual((await ann.call('GET', '/jobs')).json.jobs, []);
    assert.deepEqual(await users(), [
      { id: owner, email: EMAIL },
      { id, email: null },
    ]);
  });

  const REFUSED: [what: string, person: object, code: string][] = [
    ['sends no address', {}, 'sign_in_failed'],
    ['has not verified the address', { email: EMAIL, email_verified: false }, 'sign_in_failed'],
    ['sends an address with an account', { email: 'bob@example.com', email_verified: true }, 'email_taken'],
  ];
  for (const [what, person, code] of REFUSED) {
    it(`stays a guest with the jobs where the provider ${what}`, { skip }, async (t) => {
      const { guest, visit, people, auth } = await buildGuests(t);
      await auth.call('POST', '/register', { body: { email: 'bob@example.com', password: PASSWORD } });
      people.set('ann', person);
      const ann = guest();
      const { id, job } = await ann.start();
      assert.equal(await ann.outcome(await visit(await ann.beginAsGuest())), `/#sign-in=${code}`);
      assert.equal((await ann.call('POST', '/session/renewal')).status, 200);
      assert.deepEqual([await ann.account(), await ann.job()], [{ id, email: null, guest: true }, job]);
    });
  }

  it('stays a guest where the operator has accounts joined by the address, until the jobs may be left', {
    skip,
  }, async (t) => {
    const { guest, visit, auth } = await buildGuests(t, { join_verified_email: true });
    const { json } = await auth.call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
    await auth.database.change('UPDATE users SET verified_at = NOW()');
    const ann = guest();
    await ann.start();
    assert.equal(await ann.outcome(await visit(await ann.beginAsGuest())), '/#sign-in=account_exists');
    assert.deepEqual(await auth.database.rows('SELECT id FROM identities'), []);
    const back = await visit(await ann.beginAsGuest({ leave_guest: true }));
    assert.equal(await ann.outcome(back), '/#sign-in=left');
    assert.equal((await ann.account()).id, json.id);
  });
});

describe('a sign-in that a guest begins', () => {
  it('needs the session of a guest', { skip }, async (t) => {
    const { guest, auth } = await buildGuests(t);
    const ann = guest();
    assert.equal((await ann.send()).status, 401);
    const { json } = await auth.call('POST', '/guests');
    const headers = { authorization: `Bearer ${json.access_token}` };
    const body = { provider: 'test' };
    assert.equal((await auth.call('POST', '/oidc/guest', { headers, body })).status, 200);
    const joining = await auth.call('POST', '/oidc/join', { headers, body });
    assert.deepEqual([joining.status, joining.json.code], [409, 'state_conflict']);
    // A gateway may not have heard yet that the session has ended.
    await auth.call('POST', '/logout', { body: { refresh_token: json.refresh_token } });
    assert.equal((await auth.call('POST', '/oidc/guest', { headers, body })).status, 401);
    await ann.call('POST', '/session/guest');
    await ann.register('bob@example.com');
    assert.equal((await ann.send()).json.code, 'wrong_password', 'an account joins, with its password');
  });

  it('does not begin from a page of another site', { skip }, async (t) => {
    const { guest } = await buildGuests(t);
    const ann = guest();
    await ann.start();
    const reply = await ann.send({}, { origin: 'https://evil.example' });
    assert.deepEqual([reply.status, reply.headers['set-cookie']], [403, undefined]);
  });

  it('is completed by no replica of a release that knows no guests, which would leave the jobs', {
    skip,
  }, async (t) => {
    const { guest, auth } = await buildGuests(t);
    const ann = guest();
    await ann.start();
    const secret = await readSharedSecret(auth.database, 'oidc-attempts');
    // Such a release opens each attempt for the id of its provider.
    const opens = ({ headers }: Reply) => {
      const [, attempt = ''] = /mp3_sign_in=([^;]+)/.exec(String(headers['set-cookie'])) ?? [];
      return createSeal([secret], 'oidc-attempts').open(attempt, 'test') !== undefined;
    };
    assert.deepEqual(
      [opens(await ann.send()), opens(await guest().get('/session/oidc/test'))],
      [false, true],
    );
  });

  it('takes nothing from the request that says who the guest is', { skip }, async (t) => {
    const { guest, visit, auth } = await buildGuests(t);
    const [victim, mallory] = [guest(), guest()];
    const { id: victimId } = await victim.start();
    const { id } = await mallory.start();
    const [session] = await auth.database.rows<{ id: string }>('SELECT id FROM sessions WHERE user_id = ?', [
      victimId,
    ]);
    const named = { userId: victimId, sessionId: session?.id, mayLeave: true };
    const body = { ...named, guest: named, by: { guest: named }, join: named, user: victimId, sub: victimId };
    assert.equal(
      await mallory.outcome(await visit(await mallory.beginAsGuest(body))),
      '/#sign-in=registered',
    );
    assert.equal((await mallory.account()).id, id);
    assert.deepEqual(await victim.account(), { id: victimId, email: null, guest: true });
  });

  it('is refused with a `leave_guest` that is neither true nor false', { skip }, async (t) => {
    const { guest } = await buildGuests(t);
    const ann = guest();
    await ann.start();
    for (const leave_guest of ['true', 1, null, []])
      assert.equal((await ann.send({ leave_guest })).json.code, 'bad_request', String(leave_guest));
  });

  it('does not begin with GET, which would leave the jobs without a warning', { skip }, async (t) => {
    const { guest } = await buildGuests(t);
    const ann = guest();
    await ann.start();
    const { status, headers } = await ann.get('/session/oidc/test');
    assert.deepEqual([status, headers.location, headers['set-cookie']], [303, '/#/account', undefined]);
    // With the request of another site, the browser does not send who is signed in.
    const fromElsewhere = await guest().call('GET', '/session/oidc/test', {
      headers: { accept: 'text/html', 'sec-fetch-site': 'cross-site' },
    });
    assert.deepEqual([fromElsewhere.status, fromElsewhere.headers.location], [303, '/#/account']);
  });
});

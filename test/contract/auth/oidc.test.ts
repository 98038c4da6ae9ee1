import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { decodeJwt } from 'jose';
import type { ProviderSettings } from '../../../services/auth/oidc/settings.ts';
import { basic } from '../../support/basic-auth.ts';
import { ORIGIN } from './build-system.ts';
import { skip } from './database-for-test.ts';
import { buildWithProvider, EMAIL, startTestProvider } from './provider-system.ts';
import { countTokenRequests } from './test-provider.ts';
import { givePasskey } from './ways-in.ts';

const PASSWORD = 'open: sésame';
const PROOF = { body: { password: PASSWORD } };

async function build(t: TestContext, given: Partial<ProviderSettings> = {}) {
  const provider = await startTestProvider(t);
  const system = await buildWithProvider(t, provider, given);
  const register = (email = EMAIL) =>
    system.auth.call('POST', '/register', { body: { email, password: PASSWORD } });
  return { ...provider, ...system, register };
}

const change = (address: string, parameter: string, value: string | undefined): string => {
  const url = new URL(address);
  if (value === undefined) url.searchParams.delete(parameter);
  else url.searchParams.set(parameter, value);
  return url.href;
};

describe('sign-in by OpenID Connect', () => {
  it('makes an account at the first login, and finds it at the next one', { skip }, async (t) => {
    const { browser, visit, mails, people } = await build(t);
    const first = browser();
    const url = new URL(await first.begin());
    assert.deepEqual(
      ['response_type', 'code_challenge_method', 'scope'].map((name) => url.searchParams.get(name)),
      ['code', 'S256', 'openid email profile'],
    );
    assert.equal(url.searchParams.get('redirect_uri'), `${ORIGIN}/session/oidc/test/callback`);
    const { status, headers, text } = await first.back(await visit(url.href));
    assert.deepEqual([status, headers.location], [303, '/']);
    assert.ok(!text.includes('access_token'));
    const account = await first.account();
    assert.equal(account.email, EMAIL);

    // The subject is what counts: an address may change.
    people.set('ann', { email: 'new@example.com', email_verified: false });
    const second = browser();
    await second.back(await visit(await second.begin()));
    assert.deepEqual(await second.account(), account);
    assert.deepEqual(await mails(), []);
  });

  it('lists the providers', { skip }, async (t) => {
    const { gateway } = await build(t);
    assert.deepEqual((await gateway.call('GET', '/session/oidc')).json, {
      providers: [
        { id: 'test', name: 'Test & Co' },
        { id: 'other', name: 'Test & Co' },
      ],
    });
  });

  const TAMPERED: [what: string, parameter: string, value: string | undefined][] = [
    ['with a wrong state', 'state', 'x'.repeat(43)],
    ['without a state', 'state', undefined],
    ['of another issuer', 'iss', 'https://evil.example'],
    ['without an issuer, which this provider always sends', 'iss', undefined],
    ['with a wrong code', 'code', 'x'.repeat(43)],
    ['without a code', 'code', undefined],
    ['with an error of the provider', 'error', 'server_error'],
  ];
  for (const [what, parameter, value] of TAMPERED) {
    it(`refuses an answer ${what}`, { skip }, async (t) => {
      const { browser, visit, auth } = await build(t);
      const ann = browser();
      const answer = change(await visit(await ann.begin()), parameter, value);
      const { status, json } = await ann.back(answer, 'application/json');
      assert.deepEqual([status, json.code], [401, 'sign_in_failed']);
      assert.equal(await ann.account(), null);
      assert.deepEqual(await auth.database.rows('SELECT id FROM users'), []);
    });
  }

  it('refuses an ID token with another nonce', { skip }, async (t) => {
    const { browser, visit } = await build(t);
    const ann = browser();
    const answer = await visit(change(await ann.begin(), 'nonce', 'another'));
    const { status, json } = await ann.back(answer, 'application/json');
    assert.deepEqual([status, json.code], [401, 'sign_in_failed']);
  });

  it('refuses an answer in another browser, whether it has begun a sign-in or not', { skip }, async (t) => {
    const { browser, visit } = await build(t);
    const answer = await visit(await browser().begin());
    const [mallory, bob] = [browser(), browser()];
    await mallory.begin();
    for (const stranger of [mallory, bob]) {
      const { status, json } = await stranger.back(answer, 'application/json');
      assert.deepEqual([status, json.code], [401, 'sign_in_failed']);
    }
  });

  it('refuses a replayed answer, also with the cookie of the first one', { skip }, async (t) => {
    const { browser, visit, auth } = await build(t);
    const ann = browser();
    const begun = await ann.get('/session/oidc/test');
    const answer = await visit(String(begun.headers.location));
    const cookie = String(begun.headers['set-cookie']).split(';')[0] ?? '';
    assert.equal((await ann.back(answer)).status, 303);
    const again = await ann.back(answer, 'application/json');
    assert.deepEqual([again.status, again.json.code], [401, 'sign_in_failed']);
    const replay = await browser().call('GET', answer.slice(ORIGIN.length), {
      headers: { cookie, accept: 'application/json' },
    });
    assert.deepEqual([replay.status, replay.json.code], [401, 'sign_in_failed']);
    assert.equal((await auth.database.rows('SELECT id FROM sessions')).length, 1);
  });

  it('asks the provider once for an attempt, however often and with whatever codes it comes back', {
    skip,
  }, async (t) => {
    const tokens = await countTokenRequests(t);
    const { browser, auth } = await build(t, { issuer: tokens.issuer });
    const ann = browser();
    const { headers } = await ann.get('/session/oidc/test');
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    const state = new URL(String(headers.location)).searchParams.get('state');
    const answer = async (query: string) => {
      const path = `/session/oidc/test/callback?${query}`;
      return browser().call('GET', path, { headers: { cookie, accept: 'application/json' } });
    };
    const seen: string[] = [];
    for (let number = 0; number < 5; number++) seen.push((await answer(`state=x&code=${number}`)).json.code);
    assert.deepEqual(await auth.database.rows('SELECT purpose FROM sign_in_challenges'), []);
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, number) => answer(`state=${state}&code=${number}`)),
    );
    seen.push(...replies.map(({ json }) => json.code));
    assert.deepEqual([...new Set(seen)], ['sign_in_failed']);
    assert.equal(tokens.count(), 1);
  });

  it('refuses an answer after ten minutes', { skip }, async (t) => {
    const { browser, visit, auth } = await build(t);
    const ann = browser();
    const answer = await visit(await ann.begin());
    auth.clock.ms += 10 * 60_000;
    assert.equal((await ann.back(answer, 'application/json')).json.code, 'sign_in_failed');
  });

  it('refuses an answer at the address of another provider', { skip }, async (t) => {
    const { browser, visit } = await build(t);
    const ann = browser();
    const answer = (await visit(await ann.begin())).replace('/oidc/test/', '/oidc/other/');
    assert.equal((await ann.back(answer, 'application/json')).json.code, 'sign_in_failed');
  });

  it('sends a browser back to the page when its user has cancelled', { skip }, async (t) => {
    const { browser, visit, next } = await build(t);
    next.subject = undefined;
    const ann = browser();
    const answer = await visit(await ann.begin());
    const { status, headers } = await ann.back(answer);
    assert.deepEqual([status, headers.location], [303, '/#sign-in=sign_in_cancelled']);
    const other = browser();
    const problem = await other.back(await visit(await other.begin()), 'application/json');
    assert.deepEqual([problem.status, problem.json.code], [401, 'sign_in_cancelled']);
  });

  it('answers 503 while the provider is away, and works once it is there', { skip }, async (t) => {
    const { gateway } = await build(t);
    const { status, json, headers } = await gateway.call('GET', '/session/oidc/other');
    assert.deepEqual([status, json.code, headers['retry-after']], [503, 'unavailable', '5']);
    const unknown = await gateway.call('GET', '/session/oidc/nobody');
    assert.deepEqual([unknown.status, unknown.json.code], [404, 'not_found']);
  });

  it('answers 503 where the provider goes away in the middle', { skip }, async (t) => {
    const { browser, visit, stop } = await build(t);
    const ann = browser();
    const answer = await visit(await ann.begin());
    await stop();
    const { status, json } = await ann.back(answer, 'application/json');
    assert.deepEqual([status, json.code], [503, 'unavailable']);
  });

  describe('an account with the same address', () => {
    it('is joined by its owner, who is told by mail', { skip }, async (t) => {
      const { browser, visit, register, mails } = await build(t);
      const { json } = await register();
      const ann = browser();
      await ann.back(await visit(await ann.begin()));
      assert.equal(await ann.account(), null, 'the address alone is no proof');

      await ann.call('POST', '/session', { headers: { authorization: basic(EMAIL, PASSWORD) } });
      const { json: begun } = await ann.call('POST', '/session/oidc/test', PROOF);
      const { status, headers } = await ann.back(await visit(begun.url));
      assert.deepEqual([status, headers.location], [303, '/#sign-in=joined']);
      assert.deepEqual(
        (await mails()).map(({ kind, to, detail }) => [kind, to, detail]),
        [['new_sign_in_method', EMAIL, 'Test & Co']],
      );
      const other = browser();
      await other.back(await visit(await other.begin()));
      assert.equal((await other.account()).id, json.id);
    });

    for (const [what, verified, advice] of [
      ['a new one where nobody has confirmed it, because a stranger may know its own', false, /forgot/],
      ['its own where somebody has confirmed it', true, /sign in with its password/],
    ] as const)
      it(`asks for a password: ${what}`, { skip }, async (t) => {
        const { browser, visit, register, auth } = await build(t);
        await register();
        if (verified) await auth.database.change('UPDATE users SET verified_at = NOW()');
        const ann = browser();
        const { json } = await ann.back(await visit(await ann.begin()), 'application/json');
        assert.equal(json.code, 'email_taken');
        assert.match(json.detail, advice);
      });

    it('is not joined by a session that has ended meanwhile', { skip }, async (t) => {
      const { browser, visit, register, auth } = await build(t);
      await register();
      const ann = browser();
      await ann.call('POST', '/session', { headers: { authorization: basic(EMAIL, PASSWORD) } });
      const { json } = await ann.call('POST', '/session/oidc/test', PROOF);
      const answer = await visit(json.url);
      await auth.database.change('DELETE FROM sessions');
      assert.equal((await ann.back(answer, 'application/json')).json.code, 'sign_in_failed');
    });

    it('is not joined from a page of another site', { skip }, async (t) => {
      const { browser, register } = await build(t);
      await register();
      const ann = browser();
      await ann.call('POST', '/session', { headers: { authorization: basic(EMAIL, PASSWORD) } });
      const headers = { origin: 'https://evil.example' };
      assert.equal((await ann.call('POST', '/session/oidc/test', { headers, ...PROOF })).status, 403);
    });

    const JOINS: [ours: boolean, theirs: boolean, allowed: boolean, joined: boolean][] = [
      [true, true, true, true],
      [false, true, true, false],
      [true, false, true, false],
      [true, true, false, false],
    ];
    for (const [ours, theirs, join_verified_email, joined] of JOINS) {
      it(`is ${joined ? '' : 'not '}joined where it is ${ours ? '' : 'not '}verified here, ${theirs ? '' : 'not '}there, and joining is ${join_verified_email ? '' : 'not '}configured`, {
        skip,
      }, async (t) => {
        const { browser, visit, register, auth, people } = await build(t, { join_verified_email });
        await register('Ann@example.com');
        if (ours) await auth.database.change('UPDATE users SET verified_at = NOW()');
        people.set('ann', { email: EMAIL, email_verified: theirs });
        const ann = browser();
        const { status, json } = await ann.back(await visit(await ann.begin()), 'application/json');
        if (joined) assert.equal(status, 303);
        // Whoever enters any address at the provider must not learn who has an account here.
        else assert.deepEqual([status, json.code], theirs ? [409, 'email_taken'] : [401, 'sign_in_failed']);
        assert.equal((await auth.database.rows('SELECT id FROM users')).length, 1);
      });
    }
  });

  const REFUSED: [what: string, person: object][] = [
    ['no address', {}],
    ['an address that is none', { email: 'ann', email_verified: true }],
    ['an address that the provider has not verified', { email: EMAIL, email_verified: false }],
  ];
  for (const [what, person] of REFUSED) {
    it(`makes no account for ${what}`, { skip }, async (t) => {
      const { browser, visit, people, auth } = await build(t);
      people.set('ann', person);
      const ann = browser();
      const { status, json } = await ann.back(await visit(await ann.begin()), 'application/json');
      assert.deepEqual([status, json.code], [401, 'sign_in_failed']);
      assert.deepEqual(await auth.database.rows('SELECT id FROM users'), []);
    });
  }

  it('maps the groups of the claim at each login', { skip }, async (t) => {
    const groups = { family: 'friend', admins: 'operator' } as const;
    const { browser, visit, people } = await build(t, { groups });
    const MAPPED: [claim: unknown, group: string | undefined][] = [
      [['staff', 'family'], 'friend'],
      [['family', 'admins'], 'operator'],
      [['toString', 7, null], undefined],
      ['admins', 'operator'],
      [undefined, undefined],
    ];
    for (const [claim, group] of MAPPED) {
      people.set('ann', { email: EMAIL, email_verified: true, groups: claim as string[] });
      const ann = browser();
      const reply = await ann.back(await visit(await ann.begin()));
      const cookie = [reply.headers['set-cookie']].flat().find((line) => line?.startsWith('mp3_access='));
      const token = /^mp3_access=([^;]+)/.exec(String(cookie))?.[1] ?? '';
      assert.equal(decodeJwt(token).group, group, JSON.stringify(claim));
    }
  });

  it('can be removed unless it is the last way in', { skip }, async (t) => {
    const { browser, visit, auth, mails } = await build(t);
    const ann = browser();
    await ann.back(await visit(await ann.begin()));
    const { json } = await ann.call('GET', '/account/identities');
    const [{ id, ...identity }] = json.identities;
    assert.deepEqual([identity.provider, identity.name, identity.email], ['test', 'Test & Co', EMAIL]);
    const remove = () => ann.call('DELETE', `/account/identities/${id}`, { body: {} });
    const refused = await remove();
    assert.deepEqual([refused.status, refused.json.code], [409, 'state_conflict']);
    await givePasskey(auth.database);
    assert.equal((await remove()).status, 204);
    assert.equal((await remove()).status, 404);
    assert.deepEqual(
      (await mails()).map(({ kind }) => kind),
      ['sign_in_method_removed'],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { deleteAbandonedGuests } from '../../../services/auth/guests/abandoned-guests.ts';
import { createDatabase, skip } from './database-for-test.ts';
import { gateDatabase } from './gated-database.ts';
import { buildWithProvider, EMAIL, startTestProvider } from './provider-system.ts';
import { visitingGuest } from './visiting-guest.ts';

/** The first statement of the transaction that makes the account. */
const BEFORE_ACCOUNT = /SELECT id FROM users WHERE id = \? FOR UPDATE/;

/** Two replicas. The answer of the provider can be held back at the first one. */
async function build(t: TestContext) {
  const [one, other = one] = await createDatabase(t, 2);
  const { database, during } = gateDatabase(one);
  const provider = await startTestProvider(t);
  const slow = await buildWithProvider(t, provider, {}, { database });
  const fast = await buildWithProvider(t, provider, {}, { database: other });
  const ann = visitingGuest(slow.browser());
  const { id } = await ann.start();
  const emailOf = async (user: string) =>
    (await one.rows<{ email: string | null }>('SELECT email FROM users WHERE id = ?', [user]))[0]?.email;
  return { ...provider, slow, fast, during, ann, id, emailOf, database: one };
}
type Built = Awaited<ReturnType<typeof build>>;

/** Somebody else signs in by the same identity, and has an account by it. */
async function signUp({ fast, visit }: Built, asGuest: boolean): Promise<void> {
  const other = visitingGuest(fast.browser());
  if (asGuest) await other.start();
  await other.outcome(await visit(await (asGuest ? other.beginAsGuest() : other.begin())));
  assert.equal((await other.account()).email, EMAIL);
}

interface Race {
  meanwhile: string;
  /** Happens after the provider has answered, and before the account is made. */
  act: (built: Built) => Promise<unknown>;
  /** What the page is told. */
  outcome: string;
  /** The address of the guest afterwards. Undefined where there is no such user any more. */
  email: string | null | undefined;
  mayLeave?: boolean;
}

const RACES: Race[] = [
  {
    meanwhile: 'the guest signs out in another tab',
    act: ({ ann }) => ann.signOut(),
    outcome: 'sign_in_failed',
    email: null,
  },
  {
    meanwhile: 'the guest registers with another address in another tab',
    act: ({ ann }) => ann.register('other@example.com'),
    outcome: 'sign_in_failed',
    email: 'other@example.com',
  },
  {
    meanwhile: 'the guest registers with the same address in another tab',
    act: ({ ann }) => ann.register(EMAIL),
    outcome: 'email_taken',
    email: EMAIL,
  },
  {
    meanwhile: 'the guest is forgotten',
    async act({ database }) {
      await database.change('DELETE FROM sessions');
      await deleteAbandonedGuests(database, new Date(Date.now() + 60_000));
    },
    outcome: 'sign_in_failed',
    email: undefined,
  },
  {
    meanwhile: 'the session of the guest ends, because its refresh token was used twice',
    act: ({ database }) => database.change('DELETE FROM sessions'),
    outcome: 'sign_in_failed',
    email: null,
  },
  {
    meanwhile: 'a visitor signs in by the identity',
    act: (built) => signUp(built, false),
    outcome: 'account_exists',
    email: null,
  },
  {
    meanwhile: 'another guest becomes the account of the identity',
    act: (built) => signUp(built, true),
    outcome: 'account_exists',
    email: null,
  },
  {
    meanwhile: 'another guest becomes the account of the identity, and the jobs may be left',
    act: (built) => signUp(built, true),
    mayLeave: true,
    outcome: 'left',
    email: null,
  },
];

describe('a guest whose sign-in at a provider is under way', () => {
  for (const { meanwhile, act, outcome, email, mayLeave = false } of RACES) {
    it(`is told \`${outcome}\` where ${meanwhile}`, { skip }, async (t) => {
      const built = await build(t);
      const { ann, during, visit, id, emailOf, database } = built;
      const answer = await visit(await ann.beginAsGuest({ leave_guest: mayLeave }));
      const told = await during(
        BEFORE_ACCOUNT,
        () => ann.outcome(answer),
        () => act(built),
      );
      assert.equal(told, `/#sign-in=${outcome}`);
      assert.equal(await emailOf(id), email);
      assert.deepEqual(
        await database.rows(
          'SELECT id FROM users WHERE id NOT IN (SELECT user_id FROM identities) AND verified_at IS NOT NULL',
        ),
        [],
        'no account is left that its owner cannot enter',
      );
    });
  }

  it('becomes the account of only one of two identities that answer at once', { skip }, async (t) => {
    const { fast, slow, people, next, visit, database } = await build(t);
    people.set('bob', { email: 'bob@example.com', email_verified: true });
    const ann = visitingGuest(fast.browser());
    const { id } = await ann.start();
    const begun = [];
    for (const subject of ['ann', 'bob']) {
      next.subject = subject;
      const { json, headers } = await ann.send();
      begun.push({
        answer: new URL(await visit(json.url)),
        cookie: String(headers['set-cookie']).split(';')[0] ?? '',
      });
    }
    const replies = await Promise.all(
      begun.map(({ answer, cookie }, number) =>
        (number === 0 ? fast : slow).gateway.call('GET', answer.pathname + answer.search, {
          headers: { cookie, accept: 'text/html' },
        }),
      ),
    );
    assert.deepEqual(replies.map(({ headers }) => headers.location).sort(), [
      '/#sign-in=registered',
      '/#sign-in=sign_in_failed',
    ]);
    assert.equal((await database.rows('SELECT id FROM identities WHERE user_id = ?', [id])).length, 1);
  });

  it('gives the identity to only one of several guests that answer at once', { skip }, async (t) => {
    const { fast, slow, visit, database } = await build(t);
    const guests = Array.from({ length: 6 }, (_, number) =>
      visitingGuest((number % 2 === 0 ? fast : slow).browser()),
    );
    const answers: string[] = [];
    const started: unknown[] = [];
    for (const each of guests) {
      started.push((await each.start()).job);
      answers.push(await visit(await each.beginAsGuest()));
    }
    const told = await Promise.all(guests.map((each, number) => each.outcome(answers[number] ?? '')));
    assert.deepEqual(told.sort(), [...Array(5).fill('/#sign-in=account_exists'), '/#sign-in=registered']);
    assert.equal((await database.rows('SELECT id FROM users WHERE email IS NOT NULL')).length, 1);
    assert.deepEqual(await Promise.all(guests.map((each) => each.job())), started);
  });

  it('is registered once by an answer that is repeated, also with the cookie of the first one', {
    skip,
  }, async (t) => {
    const { ann, visit, slow, id, emailOf, database } = await build(t);
    const begun = await ann.send();
    const cookie = String(begun.headers['set-cookie']).split(';')[0] ?? '';
    const answer = await visit(begun.json.url);
    assert.equal(await ann.outcome(answer), '/#sign-in=registered');
    const { pathname, search } = new URL(answer);
    const headers = { cookie, accept: 'application/json' };
    const replay = await slow.gateway.call('GET', pathname + search, { headers });
    assert.deepEqual([replay.status, replay.json.code], [401, 'sign_in_failed']);
    assert.equal((await database.rows('SELECT id FROM sessions')).length, 1);
    assert.equal(await emailOf(id), EMAIL);
  });

  it('stays a guest where it was begun in two tabs and the first one is completed, and can begin again', {
    skip,
  }, async (t) => {
    const { ann, visit, id, emailOf } = await build(t);
    const first = await visit(await ann.beginAsGuest());
    await ann.beginAsGuest();
    assert.equal(await ann.outcome(first), '/#sign-in=sign_in_failed');
    assert.equal(await emailOf(id), null);
    assert.equal(await ann.outcome(await visit(await ann.beginAsGuest())), '/#sign-in=registered');
    assert.equal((await ann.account()).id, id);
  });

  it('becomes the account although its session was renewed meanwhile', { skip }, async (t) => {
    const { ann, visit, id } = await build(t);
    const answer = await visit(await ann.beginAsGuest());
    assert.equal((await ann.call('POST', '/session/renewal')).status, 200);
    assert.equal(await ann.outcome(answer), '/#sign-in=registered');
    assert.equal((await ann.account()).id, id);
  });

  it('gives no session where all sessions of the account are ended before it begins', { skip }, async (t) => {
    const { ann, visit, during, database } = await build(t);
    const answer = await visit(await ann.beginAsGuest());
    const told = await during(
      /INSERT INTO sessions/,
      () => ann.outcome(answer),
      () => database.change('UPDATE users SET session_epoch = session_epoch + 1'),
    );
    assert.equal(told, '/#sign-in=sign_in_failed');
    assert.deepEqual(await database.rows('SELECT id FROM sessions'), []);
  });
});

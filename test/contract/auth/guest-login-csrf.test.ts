import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ORIGIN } from './build-system.ts';
import { skip } from './database-for-test.ts';
import { buildGuests } from './guests-at-provider.ts';
import { EMAIL } from './provider-system.ts';

describe('a stranger who wants the jobs of a guest, or to give some to somebody', () => {
  it('cannot have the answer for another identity completed in the browser of the guest', {
    skip,
  }, async (t) => {
    const { guest, visit, next, people, users } = await buildGuests(t);
    people.set('mallory', { email: 'mallory@example.com', email_verified: true });
    const [victim, mallory] = [guest(), guest()];
    const { id, job } = await victim.start();
    await mallory.start();
    next.subject = 'mallory';
    const answer = await visit(await mallory.beginAsGuest());
    assert.equal(await victim.outcome(answer), '/#sign-in=sign_in_failed');
    await victim.beginAsGuest();
    assert.equal(await victim.outcome(answer), '/#sign-in=sign_in_failed', 'also while one is begun');
    assert.deepEqual([(await victim.account()).id, await victim.job()], [id, job]);
    assert.deepEqual(
      (await users()).map(({ email }) => email),
      [null, null],
    );
  });

  it('cannot have somebody else complete what the stranger has begun as a guest', { skip }, async (t) => {
    const { guest, visit, users } = await buildGuests(t);
    const [victim, mallory] = [guest(), guest()];
    const { id } = await mallory.start();
    // The victim follows a link to the provider, which sends the browser back.
    const answer = await visit(await mallory.beginAsGuest());
    assert.equal(await victim.outcome(answer), '/#sign-in=sign_in_failed');
    assert.equal(await victim.account(), null);
    assert.deepEqual(await users(), [{ id, email: null }]);
  });

  it('has no session of the account where a network without https has let the cookie be planted', {
    skip,
  }, async (t) => {
    const { guest, visit, auth, users } = await buildGuests(t);
    const [victim, mallory] = [guest(), guest()];
    const { id } = await mallory.start();
    const begun = await mallory.send();
    const cookie = [begun.headers['set-cookie']].flat().join().split(';')[0] ?? '';
    const answer = await visit(begun.json.url);
    await victim.call('GET', answer.slice(ORIGIN.length), { headers: { cookie, accept: 'text/html' } });
    assert.deepEqual(await users(), [{ id, email: EMAIL }]);
    assert.equal((await mallory.call('POST', '/session/renewal')).status, 401);
    assert.equal((await victim.account()).id, id);
    assert.equal((await auth.database.rows('SELECT id FROM sessions')).length, 1);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash } from '@node-rs/argon2';
import { createPasswords } from '../../../../services/auth/accounts/passwords.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';
import { stoppedClock } from '../../../support/clock.ts';

const passwords = await createPasswords({ parallel: 2, queue: 64 });

test('hash uses argon2id with 19 MiB, two passes, one thread, and a new salt for each hash', async () => {
  const [one, two] = await Promise.all([passwords.hash('open sesame'), passwords.hash('open sesame')]);
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.notEqual(one, two);
  assert.equal(await passwords.verify('open sesame', one), true);
  assert.equal(await passwords.verify('open sesamE', one), false);
  assert.equal(await passwords.verify('open sesame', undefined), false);
});

test('verify accepts an accented letter however a keyboard composes it', async () => {
  const stored = await passwords.hash('caf\u00e9 au lait');
  assert.equal(await passwords.verify('cafe\u0301 au lait', stored), true);
});

test('isOutdated recognizes a hash that was made with other parameters', async () => {
  assert.equal(passwords.isOutdated(await passwords.hash('open sesame')), false);
  assert.equal(passwords.isOutdated(await hash('open sesame', { memoryCost: 4096 })), true);
  assert.equal(passwords.isOutdated(await hash('open sesame', { timeCost: 1 })), true);
  assert.equal(await passwords.verify('open sesame', await hash('open sesame', { timeCost: 1 })), true);
});

test('verify takes as long for an unknown user as for a wrong password', async () => {
  const stored = await passwords.hash('open sesame');
  const time = async (hashed: string | undefined) => {
    const start = performance.now();
    await passwords.verify('wrong', hashed);
    return performance.now() - start;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let i = 0; i < 9; i++) {
    known.push(await time(stored));
    unknown.push(await time(undefined));
  }
  // The fastest runs are compared, because other load on this machine can only make a run slower.
  const ratio = Math.min(...unknown) / Math.min(...known);
  assert.ok(ratio > 0.5 && ratio < 2, `unknown / known = ${ratio}`);
});

test('hash throws `unavailable` with Retry-After when the queue is full', async () => {
  const small = await createPasswords({ parallel: 1, queue: 1 });
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => small.hash('open sesame')));
  const refused = results.filter((result) => result.status === 'rejected');
  assert.equal(refused.length, 3);
  for (const { reason } of refused) {
    assert.ok(isAppError(reason, 'unavailable'));
    assert.equal(reason.headers['Retry-After'], '2');
  }
});

test('verify leaves the queue, and computes no hash, when it is aborted', async () => {
  const small = await createPasswords({ parallel: 1, queue: 1 });
  const caller = new AbortController();
  const first = small.hash('open sesame');
  const given = small.verify('open sesame', undefined, caller.signal);
  caller.abort(new Error('the caller went away'));
  await assert.rejects(given, /the caller went away/);
  // The only place in the queue is free again at once.
  await Promise.all([first, small.hash('open sesame')]);
});

test('verify throws `unavailable` with Retry-After after 6 s in the queue, before the gateway aborts its call after 10 s', async (t) => {
  const small = await createPasswords({ parallel: 1, queue: 2 });
  const stored = await passwords.hash('open sesame');
  const clock = stoppedClock(t);
  const first = small.verify('open sesame', stored);
  const late = small.verify('open sesame', stored);
  clock.advance(6_000);
  await assert.rejects(late, { code: 'unavailable', headers: { 'Retry-After': '2' } });
  assert.equal(await first, true);
  assert.equal(await clock.until(small.verify('open sesame', stored)), true);
});

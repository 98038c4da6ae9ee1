import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createHashTurns } from '../../../../services/auth/accounts/hash-turns.ts';
import { runAsCaller } from '../../../../services/auth/limits/caller.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { runEventLoop } from '../../../support/event-loop.ts';

/** Turns that allow strangers one hash at a time. The test says how long each hash takes. */
function turnsOf(test: TestContext) {
  const clock = stoppedClock(test);
  let elapsedMs = 0;
  test.mock.method(performance, 'now', () => elapsedMs);
  const takeTurn = createHashTurns({ parallel: 1, queue: 8 });
  const begun: string[] = [];
  const hash = (name: string, ms: number, error?: Error): Promise<string> =>
    takeTurn(async () => {
      begun.push(name);
      elapsedMs += ms;
      if (error) throw error;
      return name;
    });
  const hashAsOwner = (name: string, ms: number) => runAsCaller({ isKnown: true }, () => hash(name, ms));
  async function advance(ms: number): Promise<void> {
    // What has begun to rest by now has set its timer.
    await runEventLoop();
    clock.advance(ms);
    await runEventLoop();
  }
  return { hash, hashAsOwner, begun, advance };
}

describe('a turn for a hash', { timeout: 120_000 }, () => {
  it('rests for as long as the hash took before the next caller gets its place', async (t) => {
    const { hash, begun, advance } = turnsOf(t);
    assert.equal(await hash('first', 50), 'first');
    const second = hash('second', 10);
    await advance(49);
    assert.deepEqual(begun, ['first']);
    await advance(1);
    assert.equal(await second, 'second');
  });

  it('rests neither before nor after the hash of an owner at a known address', async (t) => {
    const { hash, hashAsOwner, begun } = turnsOf(t);
    await hash('stranger', 50);
    await hashAsOwner('owner', 50);
    await hashAsOwner('owner again', 50);
    assert.deepEqual(begun, ['stranger', 'owner', 'owner again']);
  });

  it('rests for a tenth of a second at most, so that a busy machine makes nobody wait twice', async (t) => {
    const { hash, begun, advance } = turnsOf(t);
    await hash('first', 2_000);
    const second = hash('second', 10);
    await advance(99);
    assert.deepEqual(begun, ['first']);
    await advance(1);
    assert.deepEqual(begun, ['first', 'second']);
    await second;
  });

  it('rests also after a hash that failed, and passes its error on', async (t) => {
    const { hash, begun, advance } = turnsOf(t);
    await assert.rejects(hash('failing', 20, new Error('no hash')), /no hash/);
    const next = hash('next', 10);
    await advance(19);
    assert.deepEqual(begun, ['failing']);
    await advance(1);
    assert.equal(await next, 'next');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../../../../services/gateway/client/http/clock.ts';
import { createLeaseLock } from '../../../../../services/gateway/page/app/convert/storage/lease-lock.ts';
import { createMemoryTexts } from './memory-texts.ts';

const { signal } = new AbortController();

/** Sleepers wake only when a test advances the time. */
function createManualClock() {
  let now = 0;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  const clock: Clock = {
    now: () => now,
    sleep: (milliseconds, aborted) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: now + milliseconds, wake: resolve };
        sleepers.add(sleeper);
        aborted.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(aborted.reason);
        });
      }),
  };
  return {
    clock,
    async advance(milliseconds: number) {
      for (const end = now + milliseconds; now < end; ) {
        now = Math.min(end, now + 50);
        for (const sleeper of [...sleepers].filter(({ at }) => at <= now)) {
          sleepers.delete(sleeper);
          sleeper.wake();
        }
        await new Promise(setImmediate);
      }
    },
  };
}

/** Tabs of one browser. */
function createTabs() {
  const texts = createMemoryTexts();
  const { clock, advance } = createManualClock();
  const leave: (() => void)[] = [];
  let count = 0;
  const openTab = (ownClock = clock) =>
    createLeaseLock({ texts, clock: ownClock, tab: `tab ${count++}`, onLeave: (work) => leave.push(work) });
  return { openTab, advance, leave, clock };
}

describe('a lease', () => {
  it('belongs to one tab at a time', async () => {
    const { openTab, advance } = createTabs();
    const [one, other] = [openTab(), openTab()];
    const first = one.tryAcquire('film');
    await advance(100);
    const release = await first;
    assert.ok(release);
    assert.equal(await other.tryAcquire('film'), undefined);
    assert.ok(await other.isTaken('film'));
    release();
    assert.ok(!(await other.isTaken('film')));
  });

  it('goes to only one of two tabs that acquire it at the same moment', async () => {
    const { openTab, advance } = createTabs();
    const taken = [openTab(), openTab()].map((tab) => tab.tryAcquire('film'));
    await advance(100);
    const releases = (await Promise.all(taken)).filter((release) => release !== undefined);
    assert.equal(releases.length, 1);
  });

  it('is held as long as its tab is alive', async () => {
    const { openTab, advance } = createTabs();
    const first = openTab().tryAcquire('film');
    await advance(3_600_000 / 4);
    assert.ok(await first);
    assert.equal(await openTab().tryAcquire('film'), undefined);
  });

  it('expires some minutes after its tab has crashed', async () => {
    const { openTab, advance, clock } = createTabs();
    const frozen: Clock = {
      now: clock.now,
      sleep: (milliseconds, aborted) =>
        milliseconds < 1_000 ? clock.sleep(milliseconds, aborted) : new Promise(() => undefined),
    };
    const first = openTab(frozen).tryAcquire('film');
    await advance(100);
    assert.ok(await first);
    await advance(200_000);
    const second = openTab().tryAcquire('film');
    await advance(100);
    assert.ok(await second);
  });

  it('is released at once when its tab is closed', async () => {
    const { openTab, advance, leave } = createTabs();
    const first = openTab().tryAcquire('film');
    await advance(100);
    await first;
    for (const work of leave) work();
    assert.ok(!(await openTab().isTaken('film')));
  });

  it('can be waited for, and the waiting tab is notified once', async () => {
    const { openTab, advance } = createTabs();
    const first = openTab().tryAcquire('film');
    await advance(100);
    const release = await first;
    let waits = 0;
    const second = openTab().acquire('film', { signal, onWait: () => (waits += 1) });
    await advance(5_000);
    release?.();
    await advance(2_000);
    assert.ok(await second);
    assert.equal(waits, 1);
  });
});

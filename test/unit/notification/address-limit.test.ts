import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAddressLimit } from '../../../services/notification/address-limit.ts';
import { unavailable } from '../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../services/shared/state/memory-state.ts';
import { asOtherProcess } from '../../support/other-process.ts';

const HOUR_MS = 3600_000;
const TURN = 100 * HOUR_MS;
const ADDRESS = 'ann@example.com';

/** `3 at 0 ms, none at 5 ms` */
const describePass = (pass: object): string =>
  Object.entries(pass)
    .map(([ms, count]) => `${count || 'none'} at ${ms} ms`)
    .join(', ');

describe('createAddressLimit', () => {
  for (const [replicas, perHour, mails] of [
    [1, 1, 5],
    [1, 3, 3],
    [3, 4, 12],
  ] as const) {
    it(`lets ${perHour} of ${mails} mails an hour pass at ${replicas} replicas`, async () => {
      const state = createMemoryState();
      const clock = { ms: TURN };
      const limits = Array.from({ length: replicas }, () =>
        createAddressLimit(asOtherProcess(state), perHour, () => clock.ms),
      );
      const takeAll = async () => {
        const taken = Array.from({ length: mails }, (_, i) =>
          limits[i % replicas]?.take(i % 2 ? 'Ann@example.com' : ADDRESS),
        );
        return (await Promise.all(taken)).filter(Boolean).length;
      };
      assert.equal(await takeAll(), perHour);
      clock.ms += HOUR_MS;
      assert.equal(await takeAll(), perHour);
    });
  }

  /** Of three mails an hour. Times are in ms after the turn of the hour. */
  const TABLE: [earlier: number, later: number, refused: 'earlier' | 'later', at: number, pass: object][] = [
    [3, 0, 'earlier', -1, { '-1': 1, 0: 3 }],
    [3, 0, 'earlier', 0, { 0: 3 }],
    [3, 1, 'earlier', 0, { 0: 2 }],
    [3, 2, 'earlier', 1, { 1: 1 }],
    [3, 3, 'earlier', 0, { 0: 0 }],
    [1, 3, 'earlier', HOUR_MS - 1, { [HOUR_MS - 1]: 0, [HOUR_MS]: 3 }],
    [3, 3, 'earlier', HOUR_MS, { [HOUR_MS]: 3 }],
    [0, 3, 'later', 0, { 0: 1 }],
    [3, 3, 'later', HOUR_MS - 1, { [HOUR_MS - 1]: 1, [HOUR_MS]: 3 }],
    [3, 3, 'later', HOUR_MS, { [HOUR_MS]: 3 }],
  ];
  for (const [earlier, later, refused, at, pass] of TABLE) {
    const title = `${earlier} mails before the turn of the hour and ${later} after it, one of the ${refused} refused at ${at} ms`;
    it(`lets ${describePass(pass)} pass after ${title}`, async () => {
      const state = createMemoryState();
      const clock = { ms: 0 };
      const limit = createAddressLimit(state, 3, () => clock.ms);
      const take = async (mails: number, ms: number) => {
        clock.ms = TURN + ms;
        const taken = [];
        for (let i = 0; i < mails; i++) taken.push(await limit.take(ADDRESS));
        return taken.filter((each) => each !== undefined);
      };
      const counted = { earlier: await take(earlier, -1), later: await take(later, 0) };
      clock.ms = TURN + at;
      await counted[refused][0]?.giveBack();
      const found: [string, number][] = [];
      for (const ms of Object.keys(pass)) found.push([ms, (await take(10, Number(ms))).length]);
      assert.deepEqual(Object.fromEntries(found), pass);
    });
  }

  it('counts each address for itself, and no address becomes a key', async () => {
    const state = createMemoryState();
    const limit = createAddressLimit(state, 1, () => TURN);
    assert.ok(await limit.take(ADDRESS));
    assert.ok(await limit.take('eve@example.com'));
    assert.equal(await limit.take(ADDRESS), undefined);
    for (const key of state.keys()) assert.match(key, /^mails-to:[\da-f]{64}:\d+$/);
  });

  it('gives nothing back while the store is away, which only lowers the limit', async () => {
    const state = createMemoryState();
    let isAway = false;
    const limit = createAddressLimit(
      {
        ...state,
        async get(...read) {
          if (isAway) throw unavailable('the store');
          return state.get(...read);
        },
      },
      1,
      () => TURN,
    );
    const counted = await limit.take(ADDRESS);
    isAway = true;
    await counted?.giveBack();
    isAway = false;
    assert.equal(await limit.take(ADDRESS), undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { isAppError, unavailable } from '../../../../services/shared/runtime/errors.ts';
import { StartupRefusal } from '../../../../services/shared/runtime/startup-check.ts';
import { checkConformance } from '../../../../services/shared/state/conformance.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';
import { stoppedClock } from '../../../support/clock.ts';

// `expiryMs` is real time, which only a store that lets no key expire waits for; the other waits are those of a test clock.
const times = { pauseMs: 1, expiryMs: 100 };
const { signal } = new AbortController();

type Fault = (sound: StateStore) => Partial<StateStore>;

/** Faults of stores, whatever their components advertise, and the promise that each fault breaks. */
const FAULTS: [fault: string, promise: RegExp, make: Fault][] = [
  [
    'ignores conditions',
    /create only .*nor does it compare and set/,
    ({ put }) => ({ put: (key, value, { when: _, ...options } = {}) => put(key, value, options) }),
  ],
  [
    'overwrites a key that should only be created',
    /not create only what does not exist [^;]*$/,
    ({ put }) => ({
      put: (key, value, { when, ...options } = {}) =>
        put(key, value, when === 'create' ? options : { ...options, ...(when && { when }) }),
    }),
  ],
  [
    'compares and sets in two steps',
    /not compare and set [^;]*$/,
    ({ get, put }) => ({
      async put(key, value, { when, ...options } = {}) {
        if (typeof when !== 'object') return put(key, value, { ...options, ...(when && { when }) });
        const isSame = (await get(key))?.etag === when.etag;
        await setImmediate();
        return isSame && put(key, value, options);
      },
    }),
  ],
  [
    'accepts an old ETag',
    /not compare and set [^;]*$/,
    ({ put }) => {
      const seen = new Map<string, number>();
      return {
        put(key, value, { when, ...options } = {}) {
          if (typeof when !== 'object') return put(key, value, { ...options, ...(when && { when }) });
          seen.set(key, (seen.get(key) ?? 0) + 1);
          return seen.get(key) === 7 ? put(key, value, options) : put(key, value, { ...options, when });
        },
      };
    },
  ],
  [
    'never lets keys expire',
    /let a key expire/,
    ({ put }) => ({ put: (key, value, { ttlSeconds: _, ...options } = {}) => put(key, value, options) }),
  ],
  [
    'keeps the first TTL of a key',
    /not keep a key whose life was prolonged$/,
    ({ put }) => {
      const ends = new Map<string, number>();
      return {
        put(key, value, options = {}) {
          const ttlSeconds = ends.get(key) ?? options.ttlSeconds ?? 0;
          ends.set(key, ttlSeconds);
          return put(key, value, { ...options, ttlSeconds });
        },
      };
    },
  ],
  [
    'interprets text',
    /not give back what was put;? ?/,
    ({ get }) => ({
      async get(key) {
        const entry = await get(key);
        return entry && { ...entry, value: entry.value.replace('$', '') };
      },
    }),
  ],
  [
    'refuses a megabyte',
    /not keep a chunk of 1 MiB$/,
    () => ({ putBytes: () => Promise.reject(unavailable('the store')) }),
  ],
  [
    'returns many keys without their values',
    /not give many keys at once/,
    () => ({ getMany: async () => new Map() }),
  ],
  ['deletes nothing', /not delete a key/, () => ({ delete: async () => {} })],
];

describe('checkConformance', () => {
  test('accepts a store that keeps its promises, and leaves no scratch key', async (test) => {
    const clock = stoppedClock(test);
    const state = createMemoryState();
    await clock.until(checkConformance(state, signal, times));
    // Keys that expire by themselves are not deleted.
    assert.ok(
      state.keys().every((key) => key.endsWith(':short')),
      state.keys().join(),
    );
  });

  for (const [fault, promise, make] of FAULTS) {
    test(`refuses a store that ${fault}`, async (test) => {
      const clock = stoppedClock(test);
      const sound = createMemoryState();
      const checking = checkConformance({ ...sound, ...make(sound) }, signal, times);
      await assert.rejects(clock.until(checking), (error: Error) => {
        assert.ok(error instanceof StartupRefusal, String(error));
        assert.match(error.message, promise);
        return true;
      });
    });
  }

  test('throws unavailable for a store that does not answer', async (test) => {
    const clock = stoppedClock(test);
    const fail = () => Promise.reject(unavailable('the store'));
    const state = {
      ...createMemoryState(),
      get: fail,
      put: fail,
      putBytes: fail,
      getMany: fail,
      delete: fail,
    };
    const checking = checkConformance(state, signal, times);
    await assert.rejects(clock.until(checking), (error) => isAppError(error, 'unavailable'));
  });

  test('accepts a store that fails once', async (test) => {
    const clock = stoppedClock(test);
    const { put, ...sound } = createMemoryState();
    let failures = 1;
    const failingOnce: StateStore['put'] = async (key, value, options) =>
      options?.when && failures-- > 0 ? false : put(key, value, options);
    await clock.until(checkConformance({ ...sound, put: failingOnce }, signal, times));
  });
});

import { setImmediate } from 'node:timers/promises';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';
import type { Clock } from '../../../support/clock.ts';

/** The error of a call whose process is dead, or dies during the call. */
export class Crash extends Error {}

interface Call {
  by: Process;
  run(): Promise<void>;
  crash(): void;
}

/** One gateway among several over the same store. */
export interface Process {
  state: StateStore;
  isDead: boolean;
}

/**
 * Several gateways over one store. Each call waits until it is chosen at random, so that the calls of all gateways are executed
 * in any order. The order is the same for the same seed. A gateway can die at any call, before or after the store executes it.
 */
export function createConcurrentGateways(state: StateStore, random: (below: number) => number, clock: Clock) {
  const waiting: Call[] = [];

  function turn<T>(by: Process, work: () => Promise<T>): Promise<T> {
    if (by.isDead) return Promise.reject(new Crash());
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const crash = () => reject(new Crash());
    waiting.push({
      by,
      crash,
      run: () => work().then((result) => (by.isDead ? crash() : resolve(result)), reject),
    });
    return promise;
  }

  function start(): Process {
    const by: Process = {
      isDead: false,
      state: {
        get: (...args) => turn(by, () => state.get(...args)),
        getMany: (...args) => turn(by, () => state.getMany(...args)),
        put: (...args) => turn(by, () => state.put(...args)),
        delete: (...args) => turn(by, () => state.delete(...args)),
        getBytes: () => Promise.reject(new Error('not for documents')),
        putBytes: () => Promise.reject(new Error('not for documents')),
      },
    };
    return by;
  }

  /** Executes waiting calls until all works are settled. One call in `crashOneIn` kills its process. */
  async function settle(works: Promise<unknown>[], crashOneIn = Number.POSITIVE_INFINITY): Promise<void> {
    let isSettled = false;
    const all = Promise.allSettled(works).then(() => {
      isSettled = true;
    });
    while (!isSettled) {
      await setImmediate();
      const [call] = waiting.length > 0 ? waiting.splice(random(waiting.length), 1) : [];
      if (!call) clock.advance(100);
      else if (Number.isFinite(crashOneIn) && random(crashOneIn) === 0) {
        call.by.isDead = true;
        if (random(2)) await call.run();
        call.crash();
      } else if (call.by.isDead) call.crash();
      else await call.run();
    }
    await all;
  }

  return { start, settle };
}

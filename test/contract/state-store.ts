import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { delay } from '../../services/shared/runtime/delay.ts';
import type { StateStore } from '../../services/shared/state/state-store.ts';
import { STORE_PROMISES } from '../../services/shared/state/store-promises.ts';
import { CONTRACT_PROMISES, type ContractPromise } from './store-promises.ts';

/** MongoDB deletes expired keys once a minute. */
const EXPIRY_MS = 90_000;

export interface StateUnderTest {
  state: StateStore;
  /** Moves the clock of the store by seconds, where that can be done. Otherwise the tests wait. */
  advance?: ((seconds: number) => void) | undefined;
}

/** Tests a {@link StateStore} for every promise that a store has to keep. */
export function stateStoreContract(name: string, make: () => StateUnderTest): void {
  testPromises(`state store: ${name}`, make, [...STORE_PROMISES, ...CONTRACT_PROMISES]);
}

/** Tests a {@link StateStore} for the promises about bytes alone. */
export function bytesContract(name: string, make: () => StateUnderTest): void {
  const promises = CONTRACT_PROMISES.filter(({ isAboutBytes }) => isAboutBytes);
  testPromises(`bytes in a state store: ${name}`, make, promises);
}

function testPromises(title: string, make: () => StateUnderTest, promises: readonly ContractPromise[]): void {
  describe(title, () => {
    const { state, advance } = make();
    const { signal } = new AbortController();
    const wait = advance ? async (ms: number) => advance(ms / 1000) : (ms: number) => delay(ms);

    for (const { name: promise, needsClock = false, check } of promises) {
      const skip = needsClock && !advance && 'the clock of this store cannot be moved';
      it(`keeps its promise to ${promise}`, { skip }, async () => {
        await check({ state, key: `contract:${randomUUID()}`, expiryMs: EXPIRY_MS, wait, signal });
      });
    }
  });
}

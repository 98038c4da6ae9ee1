import type { TabLock } from './tab-lock.ts';

const PREFIX = 'mp3converter-';

/** Locks of the browser. See {@link https://www.w3.org/TR/web-locks/ | Web Locks}. */
export function createWebLock(locks: LockManager): TabLock {
  const request = (name: string, options: LockOptions) => {
    const acquired = Promise.withResolvers<(() => void) | undefined>();
    const held = Promise.withResolvers<void>();
    locks
      .request(PREFIX + name, options, (lock) => {
        acquired.resolve(lock === null ? undefined : held.resolve);
        return lock === null ? undefined : held.promise;
      })
      .catch(acquired.reject);
    return acquired.promise;
  };
  const tryAcquire = (name: string) => request(name, { ifAvailable: true });

  return {
    tryAcquire,
    async acquire(name, { onWait, signal }) {
      const free = await tryAcquire(name);
      if (free) return free;
      onWait?.();
      const release = await request(name, { signal });
      if (release === undefined) throw new Error('a lock that is waited for was not given');
      return release;
    },
    async isTaken(name) {
      const { held = [] } = await locks.query();
      return held.some((lock) => lock.name === PREFIX + name);
    },
  };
}

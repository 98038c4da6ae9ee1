import * as z from 'zod';
import { parseJson } from '../../../../../shared/runtime/parse-json.ts';
import type { Clock } from '../../../../client/http/clock.ts';
import type { LocalTexts } from './local-texts.ts';
import type { TabLock } from './tab-lock.ts';

/** Longer than a browser lets a tab in the background sleep: its timers then run once a minute. */
const LEASE_MS = 150_000;
const RENEWAL_MS = 10_000;
/** Another tab that takes a free lease at the same moment has written it within this time. */
const SETTLE_MS = 60;
const POLL_MS = 1_000;

export interface LeasePorts {
  texts: LocalTexts;
  clock: Clock;
  /** Tells this tab from all others. */
  tab: string;
  /** Has work done before the page goes. */
  onLeave: (work: () => void) => void;
}

const lease = z.object({ tab: z.string(), until: z.number() });

/** Leases in the local storage. Each is renewed while its tab is alive, and ends by itself after a crash. */
export function createLeaseLock({ texts, clock, tab, onLeave }: LeasePorts): TabLock {
  const held = new Map<string, AbortController>();
  const keyOf = (name: string) => `lease:${name}`;
  const read = (name: string) => lease.safeParse(parseJson(texts.get(keyOf(name)) ?? '')).data;
  const write = (name: string) =>
    texts.set(keyOf(name), JSON.stringify({ tab, until: clock.now() + LEASE_MS }));
  const isFree = (name: string) => (read(name)?.until ?? 0) <= clock.now();
  const isOurs = (name: string) => read(name)?.tab === tab;

  function release(name: string): void {
    held.get(name)?.abort();
    held.delete(name);
    if (isOurs(name)) texts.remove(keyOf(name));
  }

  async function renew(name: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      await clock.sleep(RENEWAL_MS, signal);
      write(name);
    }
  }

  async function tryAcquire(name: string): Promise<(() => void) | undefined> {
    if (!isFree(name)) return undefined;
    write(name);
    const ended = new AbortController();
    await clock.sleep(SETTLE_MS, ended.signal);
    if (!isOurs(name)) return undefined;
    held.set(name, ended);
    renew(name, ended.signal).catch(() => undefined);
    return () => release(name);
  }

  onLeave(() => {
    for (const name of [...held.keys()]) release(name);
  });

  return {
    tryAcquire,
    async acquire(name, { onWait, signal }) {
      for (let round = 0; ; round++) {
        const free = await tryAcquire(name);
        if (free) return free;
        if (round === 0) onWait?.();
        await clock.sleep(POLL_MS, signal);
      }
    },
    isTaken: async (name) => !isFree(name),
  };
}

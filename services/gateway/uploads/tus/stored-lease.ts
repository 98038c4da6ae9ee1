import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { delay } from '../../../shared/runtime/delay.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { type Entry, encodeDocument, type StateStore } from '../../../shared/state/state-store.ts';

export interface StoredLeaseTimes {
  /** A lease whose document does not change for this many milliseconds has lost its holder. */
  leaseMs: number;
  /** Milliseconds between two changes by a holder. */
  renewMs: number;
  /** Milliseconds between two looks of the holder at the document, and between two of those who wait. */
  pollMs: number;
  waitMs: number;
  /** The document of a holder that died expires after this many seconds, far later than the lease. */
  ttlSeconds: number;
}

/** Monotonic, in milliseconds. */
export interface LeaseClock {
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const SYSTEM_CLOCK: LeaseClock = { now: () => performance.now(), wait: delay };

export interface LeasePorts {
  state: StateStore;
  log: Log;
  times: StoredLeaseTimes;
  clock: LeaseClock;
}

const stored = z.object({
  /** A new UUID for each holder. */
  holder: z.uuid(),
  /** Whether somebody waits for the lease. */
  wanted: z.boolean(),
  /** Changes with each renewal. */
  renewals: z.number().int(),
});
type Stored = z.infer<typeof stored>;

const parse = ({ value }: Entry): Stored => stored.parse(JSON.parse(value));

export interface HeldLease {
  /** Gives the lease back. It does not throw: where the store does not answer, the lease ends by itself. */
  release(): Promise<void>;
}

/**
 * Waits for the lease of a key, asks its holder to let go, and keeps the lease until it is released. `onLetGo` is called once, when
 * somebody else waits for it, or when it was lost. Rejects with the reason of the signal.
 *
 * A lease orders requests, but it does not guard data: a holder that was stopped for long finds out only afterwards. So the
 * document of the upload names its writer, and every save compares that (write-upload.ts).
 */
export async function acquireLease(
  ports: LeasePorts,
  key: string,
  onLetGo: () => void,
  signal: AbortSignal,
): Promise<HeldLease> {
  const { state, times, clock } = ports;
  const own: Stored = { holder: randomUUID(), wanted: false, renewals: 0 };
  // These puts take no signal, because an aborted put may still arrive.
  const put = (lease: Stored, when: 'create' | { etag: string }) =>
    state.put(key, encodeDocument(lease), { ttlSeconds: times.ttlSeconds, when });
  let seen = { etag: '', since: clock.now() };
  for (;;) {
    signal.throwIfAborted();
    const entry = await state.get(key, signal);
    const lookedAt = clock.now();
    if (entry && entry.etag !== seen.etag) seen = { etag: entry.etag, since: lookedAt };
    const current = entry && parse(entry);
    const isFree = !current || lookedAt - seen.since >= times.leaseMs;
    if (current?.holder === own.holder || (isFree && (await put(own, entry ?? 'create'))))
      return holdLease(ports, key, own.holder, { onLetGo, since: lookedAt });
    // A wish changes the document. So it is written once, or the lease would never end.
    if (entry && current && !current.wanted && !isFree) await put({ ...current, wanted: true }, entry);
    await clock.wait(times.waitMs, signal);
  }
}

/** `since` is when the lease was renewed at the earliest. */
function holdLease(
  { state, log, times, clock }: LeasePorts,
  key: string,
  holder: string,
  { onLetGo, since }: { onLetGo: () => void; since: number },
): HeldLease {
  const ended = new AbortController();
  let renewedAt = since;
  let isLost = false;
  let isAsked = false;

  function letGo(): void {
    if (!isAsked) onLetGo();
    isAsked = true;
  }

  async function look(): Promise<void> {
    const lookedAt = clock.now();
    const entry = await state.get(key, ended.signal);
    const current = entry && parse(entry);
    if (!entry || current?.holder !== holder) {
      isLost = true;
      return;
    }
    const isNewlyWanted = current.wanted && !isAsked;
    if (current.wanted) letGo();
    if (!isNewlyWanted && lookedAt - renewedAt < times.renewMs) return;
    const renewed = encodeDocument({ ...current, renewals: current.renewals + 1 } satisfies Stored);
    const options = { ttlSeconds: times.ttlSeconds, when: { etag: entry.etag } };
    if (await state.put(key, renewed, options)) renewedAt = lookedAt;
  }

  async function keep(): Promise<void> {
    while (!isLost && !ended.signal.aborted) {
      await clock.wait(times.pollMs, ended.signal).catch(() => undefined);
      if (ended.signal.aborted) return;
      await look().catch((err: unknown) => {
        if (!ended.signal.aborted) log.warn({ err }, 'the lock of an upload could not be renewed');
      });
      if (clock.now() - renewedAt >= times.leaseMs) isLost = true;
    }
    if (isLost) letGo();
  }

  const kept = keep();
  return {
    async release() {
      ended.abort();
      await kept;
      // Later than this, another holder might have it between our look and our deletion.
      if (isLost || clock.now() - renewedAt >= times.leaseMs / 2) return;
      try {
        const entry = await state.get(key);
        if (entry && parse(entry).holder === holder) await state.delete(key);
      } catch (err) {
        log.warn({ err }, 'the lock of an upload could not be released; it ends by itself');
      }
    },
  };
}

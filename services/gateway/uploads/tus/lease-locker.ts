import { ERRORS, type Lock, type Locker } from '@tus/server';
import { anySignal } from '../../../shared/runtime/abort-signals.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { createSemaphore, type Semaphore } from '../../../shared/runtime/semaphore.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import {
  acquireLease,
  type HeldLease,
  type LeaseClock,
  type LeasePorts,
  type StoredLeaseTimes,
  SYSTEM_CLOCK,
} from './stored-lease.ts';

export interface LockTimes extends StoredLeaseTimes {
  /** A request waits for the lock for at most this many milliseconds. */
  acquireMs: number;
}

/**
 * The lease is short, because a client that resumes after the death of a gateway waits for its end. A holder that is alive
 * changes the document when somebody else waits for it, within one poll. So a lease that does not change has no holder.
 */
const TIMES: LockTimes = {
  leaseMs: 5_000,
  renewMs: 2_000,
  pollMs: 1_000,
  waitMs: 250,
  acquireMs: 20_000,
  ttlSeconds: 86_400,
};

/** The requests of this process for one upload. They take turns here, so that they need not poll. */
interface Requests {
  turn: Semaphore;
  count: number;
  /** Asks the request that holds the lock to let go. Does nothing while none holds it. */
  letGo: () => void;
}

const nobody = (): void => undefined;

/**
 * Locks of uploads for all gateways: a lease in the state store (`tus-lock:<id>`). A request that finds the lock held asks
 * its holder to let go, in this process at once, and in another one within a poll. `lock` throws `ERR_LOCK_TIMEOUT` of @tus/server
 * when the wait is too long or its signal is aborted, and `unavailable` when the store does not answer.
 * `cancelReq` is called at most once: also when the lock was lost, because this process was stopped for too long.
 */
export function createLeaseLocker(
  state: StateStore,
  log: Log,
  times: LockTimes = TIMES,
  clock: LeaseClock = SYSTEM_CLOCK,
): Locker {
  const ports: LeasePorts = { state, log, times, clock };
  const uploads = new Map<string, Requests>();

  function enter(id: string): Requests {
    const requests = uploads.get(id) ?? { turn: createSemaphore(1), count: 0, letGo: nobody };
    uploads.set(id, requests);
    requests.count++;
    requests.letGo();
    return requests;
  }

  function leave(id: string, requests: Requests): void {
    if (--requests.count === 0) uploads.delete(id);
  }

  /** Waits for the turn of this request, and then for the lease. */
  async function acquire(id: string, requests: Requests, cancel: () => void, signal: AbortSignal) {
    await requests.turn.acquire(signal);
    try {
      const lease = await acquireLease(ports, `tus-lock:${id}`, cancel, signal);
      requests.letGo = cancel;
      // Those who came during the wait want it, too.
      if (requests.count > 1) cancel();
      return lease;
    } catch (error) {
      requests.turn.release();
      throw error;
    }
  }

  function newLock(id: string): Lock {
    let held: { lease: HeldLease; requests: Requests } | undefined;
    return {
      async lock(signal, cancelReq) {
        const { waitSignal, end } = boundedWait(times.acquireMs, clock, signal);
        const requests = enter(id);
        try {
          const lease = await acquire(id, requests, callOnce(cancelReq), waitSignal);
          held = { lease, requests };
        } catch (error) {
          leave(id, requests);
          throw waitSignal.aborted ? ERRORS.ERR_LOCK_TIMEOUT : error;
        } finally {
          end();
        }
      },
      async unlock() {
        if (!held) throw new Error('this request does not hold the lock');
        const { lease, requests } = held;
        held = undefined;
        requests.letGo = nobody;
        await lease.release();
        requests.turn.release();
        leave(id, requests);
      },
    };
  }

  return { newLock };
}

/** A signal that is aborted with the given one, or after `ms` milliseconds. */
function boundedWait(ms: number, clock: LeaseClock, signal: AbortSignal) {
  const late = new AbortController();
  const over = new AbortController();
  clock.wait(ms, over.signal).then(
    () => late.abort(ERRORS.ERR_LOCK_TIMEOUT),
    () => undefined,
  );
  return { waitSignal: anySignal(signal, late.signal), end: () => over.abort() };
}

/** The callback of a request must not fail the one that asks. */
function callOnce(callback: () => Promise<void> | void): () => void {
  let isCalled = false;
  return () => {
    if (isCalled) return;
    isCalled = true;
    void (async () => callback())().catch(() => undefined);
  };
}

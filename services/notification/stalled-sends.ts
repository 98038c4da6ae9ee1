import { delay } from '../shared/runtime/delay.ts';
import { unavailable } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { SendResult } from './send.ts';

/** The most stalled sends of one process. No further send begins then. */
const MAX_STALLED = 8;

/**
 * The mail server has not replied in time. `lateReply` resolves when it
 * has, after the reply was recorded. It never rejects.
 */
export interface StalledSend {
  outcome: 'stalled';
  lateReply: Promise<void>;
}

/** Keeps a mail server that does not reply from holding other mails back. */
export interface StalledSends {
  /** Throws `unavailable` while {@link MAX_STALLED} sends are stalled. */
  requireRoom(): void;
  /** Waits for a send, up to the timeout. After that, the send goes on in the background. */
  waitFor(sending: Promise<SendResult>, log: Log): Promise<SendResult | StalledSend>;
}

/** @param timeoutMs how long a send may stay without a reply before the next one begins */
export function createStalledSends(timeoutMs: number): StalledSends {
  let stalled = 0;
  return {
    requireRoom() {
      if (stalled >= MAX_STALLED) throw unavailable('the mail server');
    },
    async waitFor(sending, log) {
      if (await settlesWithin(sending, timeoutMs)) return sending;
      log.warn('the mail server does not reply: this send goes on, and the next mail does not wait for it');
      stalled += 1;
      const lateReply = logLateReply(sending, log).finally(() => {
        stalled -= 1;
      });
      return { outcome: 'stalled', lateReply };
    },
  };
}

async function logLateReply(sending: Promise<SendResult>, log: Log): Promise<void> {
  try {
    const result = await sending;
    if (result.outcome === 'refused') {
      log.warn({ err: result.cause }, 'the mail server refused the mail in a late reply');
    }
  } catch (error) {
    log.warn({ err: error }, 'a stalled send failed');
  }
}

/** Whether the work resolves or rejects within that time. */
async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const timedOut = delay(ms, timer.signal).then(
    () => false,
    () => true,
  );
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, timedOut]);
  } finally {
    timer.abort();
  }
}

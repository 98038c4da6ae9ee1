import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Mp3Event } from '../shared/contract/events.ts';
import { type MailRecord, mailRecordKey } from '../shared/contract/mail-record.ts';
import { UnknownOutcome } from '../shared/dapr/sidecar.ts';
import { unavailable } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import { retryWhileUnavailable } from '../shared/runtime/retry.ts';
import { createSemaphore } from '../shared/runtime/semaphore.ts';
import { isOneRecipient } from './mailer.ts';
import { messageFor } from './message.ts';
import { type SendPorts, sendRecorded } from './send.ts';

/** One send, and one more when it is not known whether the first went out. */
const MAX_SENDS = 2;
/** Refusals after which the sweep alone brings the event again: what nobody takes must not keep the queue from the others. */
const QUICK_REFUSALS = 5;
/** Sends without an answer that this process keeps at a time, beside those that it begins at once. */
const MAX_SILENT = 8;

export interface NotifyPorts extends SendPorts {
  /** Sends at a time, not counting those that nobody waits for any more. */
  concurrency: number;
  /** A send that has no answer for this long does not hold the next one back any more. */
  stallTimeoutMs: number;
  stopping: AbortSignal;
}

/**
 * `left`: somebody is at it, or the sweep brings the event again. `dropped`: no retry could ever tell this owner. Throws
 * `unavailable` when the event should be delivered again.
 */
export type Notify = (event: Mp3Event) => Promise<'told' | 'left' | 'dropped'>;

type Sending = ReturnType<typeof sendRecorded>;

export function createNotify(ports: NotifyPorts): Notify {
  const { records, retryPolicy: persistence, concurrency, stallTimeoutMs: patienceMs, stopping } = ports;
  const turns = createSemaphore(concurrency);
  /** Outcomes of this process: a second delivery of one needs no look at the store. */
  const active = new Set<string>();
  let silent = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    await turns.acquire(stopping);
    try {
      return await work();
    } finally {
      turns.release();
    }
  }

  async function send(event: Mp3Event, seen: MailRecord | undefined, log: Log) {
    if (silent >= MAX_SILENT) throw unavailable('the mail server');
    const message = messageFor(event);
    if (seen && seen.sends >= MAX_SENDS) {
      log.error('two sends broke off in the middle: there is no third, for the mail may have arrived twice');
      await records.sent(event);
      return 'told';
    }
    const id = randomUUID();
    // Again until it is known: a record of a send that never was would count as one.
    if (!(await retryWhileUnavailable(() => records.begin(event, seen, id), persistence))) return 'changed';
    if (seen && seen.sends > 0) log.warn('a send broke off in the middle: this mail may be a duplicate');
    const sending = sendRecorded({ ...ports, log }, event, message, id);
    return (await settlesWithin(sending, patienceMs)) ? sending : { late: keepWaiting(sending, log) };
  }

  async function tell(event: Mp3Event, log: Log): Promise<'told' | 'left' | { late: Promise<unknown> }> {
    for (;;) {
      const seen = await records.settled(event, stopping);
      if (seen === 'busy') return 'left';
      if (seen?.state === 'sent') {
        log.debug('the owner has been told already');
        return 'told';
      }
      // In turn from the record on, so that a record that says `sending` is never older than one send.
      const result = await inTurn(() => send(event, seen, log));
      if (result === 'changed') continue;
      if (result === 'told' || 'late' in result) return result;
      if (result.refusals < QUICK_REFUSALS) throw result.cause;
      log.warn(
        { err: result.cause, refusals: result.refusals },
        'the mail was refused; the sweep brings it again',
      );
      return 'left';
    }
  }

  /** The mail server says nothing: the others go on, and this outcome is this process's until there is an answer. */
  function keepWaiting(late: Sending, log: Log): Promise<unknown> {
    log.warn('the mail server says nothing; the send is waited for, and holds no other back');
    silent += 1;
    return late
      .then(
        (result) => result !== 'told' && log.warn({ err: result.cause }, 'the mail was refused, late'),
        (error: unknown) => log.warn({ err: error }, 'a late send broke off'),
      )
      .finally(() => {
        silent -= 1;
      });
  }

  return async (event) => {
    const log = ports.log.child({ job_id: event.job_id, trace_id: event.trace_id });
    if (!isOneRecipient(event.email)) {
      log.error('the address of the owner is not one mail address: nobody is told');
      return 'dropped';
    }
    if (Date.parse(event.expires_at) <= Date.now()) {
      log.warn('the job has expired: nobody is told');
      return 'dropped';
    }
    const key = mailRecordKey(event);
    if (active.has(key)) return 'left';
    active.add(key);
    let atWork: Promise<unknown> = Promise.resolve();
    try {
      const result = await tell(event, log);
      if (typeof result === 'string') return result;
      atWork = result.late;
      return 'left';
    } catch (error) {
      if (stopping.aborted) throw unavailable('notification', error);
      if (error instanceof UnknownOutcome) throw unavailable('the mail server', error);
      throw error;
    } finally {
      void atWork.then(() => active.delete(key));
    }
  };
}

/** Whether the work came to an end in time, whatever end. */
async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const settled = new AbortController();
  const { signal } = settled;
  const timer = sleep(ms, false, { signal }).catch(() => true);
  const ended = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, timer]);
  } finally {
    settled.abort();
  }
}

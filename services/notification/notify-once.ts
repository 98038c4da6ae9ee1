import { randomUUID } from 'node:crypto';
import type { Mp3Event } from '../shared/contract/events.ts';
import { type MailRecord, mailRecordKey } from '../shared/contract/mail-record.ts';
import { UnknownOutcome } from '../shared/dapr/sidecar.ts';
import { unavailable } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import { retryWhileUnavailable } from '../shared/runtime/retry.ts';
import { createSemaphore, type Semaphore } from '../shared/runtime/semaphore.ts';
import { isOneRecipient } from './mailer.ts';
import { messageFor } from './message.ts';
import { type SendPorts, type SendResult, sendRecorded } from './send.ts';
import { createStalledSends, type StalledSend, type StalledSends } from './stalled-sends.ts';

/** One send, and one more when nobody knows whether the mail of the first was accepted. */
const MAX_SENDS = 2;
/**
 * After this many refusals the event is acknowledged, and only the sweep publishes it again. Otherwise a mail that every
 * server refuses would block the queue for the other mails.
 */
const MAX_QUEUED_REFUSALS = 5;

export interface NotifyPorts extends SendPorts {
  /** How many sends may wait for a reply at a time. Stalled sends are not among them. */
  concurrency: number;
  /** A send without a reply for this long is stalled, and the next send no longer waits for it. */
  stallTimeoutMs: number;
  stoppingSignal: AbortSignal;
}

/**
 * Handles one delivery of an `mp3` event. `deferred`: a send of this mail is under way, or the sweep publishes the event
 * again. `dropped`: no retry could ever notify this owner. Throws `unavailable` when the event should be delivered again.
 */
export type Notify = (event: Mp3Event) => Promise<'notified' | 'deferred' | 'dropped'>;

/** The ports of one delivery, with the log of its job, and what all deliveries of the process share. */
interface Context extends NotifyPorts {
  turns: Semaphore;
  stalledSends: StalledSends;
}

export function createNotify(ports: NotifyPorts): Notify {
  const turns = createSemaphore(ports.concurrency);
  const stalledSends = createStalledSends(ports.stallTimeoutMs);
  /** Keys of the outcomes at which this process works. A second delivery of one of them needs no read of the store. */
  const active = new Set<string>();

  return async (event) => {
    const log = ports.log.child({ job_id: event.job_id, trace_id: event.trace_id });
    if (!canBeNotified(event, log)) return 'dropped';
    const key = mailRecordKey(event);
    if (active.has(key)) return 'deferred';
    active.add(key);
    let ended = Promise.resolve();
    try {
      const result = await notifyOwner({ ...ports, turns, stalledSends, log }, event);
      if (typeof result === 'string') return result;
      ended = result.lateReply;
      return 'deferred';
    } catch (error) {
      if (ports.stoppingSignal.aborted) throw unavailable('notification', error);
      if (error instanceof UnknownOutcome) throw unavailable('the mail server', error);
      throw error;
    } finally {
      void ended.then(() => active.delete(key));
    }
  };
}

function canBeNotified(event: Mp3Event, log: Log): boolean {
  if (!isOneRecipient(event.email)) {
    log.error('the address of the owner is not one mail address: no mail is sent');
    return false;
  }
  if (Date.parse(event.expires_at) <= Date.now()) {
    log.warn('the job has expired: no mail is sent');
    return false;
  }
  return true;
}

/** Sends the mail of an outcome unless it was sent before, or another process is sending it. */
async function notifyOwner(
  context: Context,
  event: Mp3Event,
): Promise<'notified' | 'deferred' | StalledSend> {
  const { records, turns, stoppingSignal, log } = context;
  for (;;) {
    const record = await records.findSendable(event, stoppingSignal);
    if (record === 'sending') return 'deferred';
    if (record?.state === 'sent') {
      log.debug('the mail of this outcome was sent before');
      return 'notified';
    }
    // The turn begins before the record is set to `sending`. Otherwise the record could be `sending` long before the send.
    const result = await turns.run(() => sendNext(context, event, record), stoppingSignal);
    switch (result.outcome) {
      case 'record changed':
        continue;
      case 'sent':
        return 'notified';
      case 'stalled':
        return result;
      case 'refused':
        if (result.refusals < MAX_QUEUED_REFUSALS) throw result.cause;
        log.warn(
          { err: result.cause, refusals: result.refusals },
          'the mail was refused; the sweep publishes its event again',
        );
        return 'deferred';
    }
  }
}

/**
 * Sends the mail once, if the record is still the one that was read and
 * allows a send. Resolves when the next mail may be sent.
 */
async function sendNext(
  { stalledSends, ...ports }: Context,
  event: Mp3Event,
  read: MailRecord | undefined,
): Promise<SendResult | StalledSend | { outcome: 'record changed' }> {
  const { records, retryPolicy, log } = ports;
  stalledSends.requireRoom();
  const message = messageFor(event);
  const sends = read?.sends ?? 0;
  if (sends >= MAX_SENDS) {
    log.error(
      'the outcome of two sends is unknown: there is no third send, because the mail may have arrived twice',
    );
    await records.markSent(event);
    return { outcome: 'sent' };
  }
  const sendId = randomUUID();
  // Retried until its result is known: the record of a send that never began would count as a send.
  const isRecorded = await retryWhileUnavailable(() => records.markSending(event, read, sendId), retryPolicy);
  if (!isRecorded) return { outcome: 'record changed' };
  if (sends > 0) log.warn('the outcome of an earlier send is unknown: this mail may be a duplicate');
  return stalledSends.waitFor(sendRecorded(ports, event, message, sendId), log);
}

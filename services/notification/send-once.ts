import { randomUUID } from 'node:crypto';
import type { MailRecord } from '../shared/contract/mail-record.ts';
import { UnknownOutcome } from '../shared/dapr/sidecar.ts';
import { unavailable } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import { retryWhileUnavailable } from '../shared/runtime/retry.ts';
import { createSemaphore, type Semaphore } from '../shared/runtime/semaphore.ts';
import type { AddressLimit, CountedMail } from './address-limit.ts';
import type { OutgoingMail } from './outgoing-mail.ts';
import { type SendPorts, type SendResult, sendRecorded } from './send.ts';
import { createStalledSends, type StalledSend, type StalledSends } from './stalled-sends.ts';

/** One send, and one more when nobody knows whether the mail of the first was accepted. */
const MAX_SENDS = 2;
/**
 * After this many refusals the mail is deferred, and only comes again when somebody asks for it later. Otherwise a mail that every
 * server refuses would block the queue for the other mails.
 */
const MAX_QUEUED_REFUSALS = 5;

export interface SendOncePorts extends SendPorts {
  /** How many sends may wait for a reply at a time. Stalled sends are not among them. */
  concurrency: number;
  /** A send without a reply for this long is stalled, and the next send no longer waits for it. */
  stallTimeoutMs: number;
  /** How many mails an address gets in an hour. Default: any number. */
  addressLimit?: AddressLimit | undefined;
  stoppingSignal: AbortSignal;
}

/**
 * Sends a mail unless it was sent before. `deferred`: a send of this mail is under way, or it should be asked for again later.
 * `limited`: its address has got too many mails in this hour. Throws `unavailable` when it should be asked for again soon.
 */
export type SendOnce = (mail: OutgoingMail, log: Log) => Promise<'sent' | 'deferred' | 'limited'>;

/** The ports of one mail, with its log, and what all mails of the process share. */
interface Context extends SendOncePorts {
  turns: Semaphore;
  stalledSends: StalledSends;
}

/** All mails of a process share one of these, because the SMTP binding takes one send at a time. */
export function createSendOnce(ports: SendOncePorts): SendOnce {
  const turns = createSemaphore(ports.concurrency);
  const stalledSends = createStalledSends(ports.stallTimeoutMs);
  /** Keys of the mails at which this process works. A second request for one of them needs no read of the store. */
  const active = new Set<string>();

  return async (mail, log) => {
    const key = mail.recordKey;
    if (active.has(key)) return 'deferred';
    active.add(key);
    let ended = Promise.resolve();
    try {
      const result = await sendUnlessSent({ ...ports, turns, stalledSends, log }, mail);
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

/** Sends the mail unless it was sent before, or another process is sending it. */
async function sendUnlessSent(
  context: Context,
  mail: OutgoingMail,
): Promise<'sent' | 'deferred' | 'limited' | StalledSend> {
  const { records, turns, stoppingSignal, log } = context;
  for (;;) {
    const record = await records.findSendable(mail, stoppingSignal);
    if (record === 'sending') return 'deferred';
    if (record?.state === 'sent') {
      log.debug('this mail was sent before');
      return 'sent';
    }
    // The turn begins before the record is set to `sending`. Otherwise the record could be `sending` long before the send.
    const result = await turns.run(() => sendNext(context, mail, record), stoppingSignal);
    switch (result.outcome) {
      case 'record changed':
        continue;
      case 'limited':
      case 'sent':
        return result.outcome;
      case 'stalled':
        return result;
      case 'refused':
        if (result.refusals < MAX_QUEUED_REFUSALS) throw result.cause;
        log.warn(
          { err: result.cause, refusals: result.refusals },
          'the mail was refused; it is tried again when it is asked for again',
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
  context: Context,
  mail: OutgoingMail,
  read: MailRecord | undefined,
): Promise<SendResult | StalledSend | { outcome: 'record changed' | 'limited' }> {
  const { stalledSends, addressLimit, ...ports } = context;
  const { records, retryPolicy, log } = ports;
  stalledSends.requireRoom();
  const sends = read?.sends ?? 0;
  if (sends >= MAX_SENDS) {
    log.error(
      'the outcome of two sends is unknown: there is no third send, because the mail may have arrived twice',
    );
    await records.markSent(mail);
    return { outcome: 'sent' };
  }
  const counted = await addressLimit?.take(mail.to);
  if (addressLimit && !counted) {
    log.warn('this address has got too many mails in this hour: the mail waits');
    return { outcome: 'limited' };
  }
  const sendId = randomUUID();
  // Retried until its result is known: the record of a send that never began would count as a send.
  const isRecorded = await retryWhileUnavailable(() => records.markSending(mail, read, sendId), retryPolicy);
  if (!isRecorded) {
    await counted?.giveBack();
    return { outcome: 'record changed' };
  }
  if (sends > 0) log.warn('the outcome of an earlier send is unknown: this mail may be a duplicate');
  return stalledSends.waitFor(sendCounted(context, mail, sendId, counted), log);
}

/** A mail that was certainly refused does not count for its address. */
async function sendCounted(
  context: Context,
  mail: OutgoingMail,
  sendId: string,
  counted: CountedMail | undefined,
): Promise<SendResult> {
  const result = await sendRecorded(context, mail, sendId);
  if (result.outcome === 'refused') await counted?.giveBack();
  return result;
}

import { UnknownOutcome } from '../shared/dapr/sidecar.ts';
import { isAppError } from '../shared/runtime/errors.ts';
import { repeat } from '../shared/runtime/interval.ts';
import type { Log } from '../shared/runtime/log.ts';
import { type RetryPolicy, retryWhileUnavailable } from '../shared/runtime/retry.ts';
import type { MailRecords } from './mail-record.ts';
import type { Mailer } from './mailer.ts';
import type { OutgoingMail } from './outgoing-mail.ts';

export interface SendPorts {
  records: MailRecords;
  mailer: Mailer;
  /** How often the record of a send that is under way is renewed, in ms. */
  renewMs: number;
  /** For the save of a send's outcome. */
  retryPolicy: RetryPolicy;
  log: Log;
}

export type SendResult =
  | { outcome: 'sent' }
  /** `refusals` is how often this mail was refused so far, `cause` the `unavailable` error of this refusal. */
  | { outcome: 'refused'; refusals: number; cause: unknown };

/**
 * Sends a mail whose record says `sending`, and records how the send ended. Throws `UnknownOutcome` when nobody knows
 * whether the mail was accepted: a process on the way died, or the binding timed out during the send.
 *
 * It waits for a mail server that accepts the connection and does not reply for as long as the binding waits, which is
 * for ever in the case of the SMTP binding. To abandon the send would risk a lost mail, and to repeat it a duplicate, because
 * the mail may still be delivered when the mail server recovers.
 */
export async function sendRecorded(
  ports: SendPorts,
  mail: OutgoingMail,
  sendId: string,
): Promise<SendResult> {
  const { records, retryPolicy, log } = ports;
  const [reply] = await Promise.allSettled([sendWithLease(ports, mail, sendId)]);
  if (reply.status === 'fulfilled') {
    log.info(mail.about, 'mail sent');
    await retryWhileUnavailable(() => records.markSent(mail), retryPolicy).catch((error: unknown) => {
      log.error({ err: error }, 'the mail was sent, but that could not be recorded: it may be sent again');
      throw error;
    });
    return { outcome: 'sent' };
  }
  const error: unknown = reply.reason;
  if (error instanceof UnknownOutcome) {
    await retryWhileUnavailable(() => records.markUnknown(mail, sendId), retryPolicy);
    throw error;
  }
  if (!isAppError(error, 'unavailable')) throw error;
  const record = await retryWhileUnavailable(() => records.markRefused(mail, sendId), retryPolicy);
  return { outcome: 'refused', refusals: record?.refusals ?? 0, cause: error };
}

/** Renews the record until the mail server has replied, so that no other process considers this one dead. */
async function sendWithLease(
  { records, mailer, renewMs, log }: SendPorts,
  mail: OutgoingMail,
  sendId: string,
): Promise<void> {
  const replied = new AbortController();
  const renewing = repeat(
    renewMs,
    () => records.renew(mail, sendId),
    (error) => log.warn({ err: error }, 'the record of a send that is under way could not be renewed'),
    replied.signal,
  );
  try {
    await mailer.send({ to: mail.to, ...mail.write(), id: mail.id });
  } finally {
    replied.abort();
    await renewing;
  }
}

import type { Mp3Event } from '../shared/contract/events.ts';
import { UnknownOutcome } from '../shared/dapr/sidecar.ts';
import { isAppError } from '../shared/runtime/errors.ts';
import { repeat } from '../shared/runtime/interval.ts';
import type { Log } from '../shared/runtime/log.ts';
import { type RetryPolicy, retryWhileUnavailable } from '../shared/runtime/retry.ts';
import type { MailRecords } from './mail-record.ts';
import type { Mailer } from './mailer.ts';
import type { Message } from './message.ts';

export interface SendPorts {
  records: MailRecords;
  mailer: Mailer;
  /** The record of a send that is under way is renewed this often. */
  renewMs: number;
  /** For saving what became of a send. */
  retryPolicy: RetryPolicy;
  log: Log;
}

/**
 * One send, from its record to its outcome. A mail server that accepts and says nothing is waited for as long as the binding
 * does, the SMTP one without end: the mail may go out as soon as it wakes up, so that a second send would be a duplicate,
 * and a send that was given up might be the mail lost. Only when a process on the way dies in the middle, or the binding
 * gives up with the mail under way, does nobody learn how it ended.
 */
export async function sendRecorded(
  { records, mailer, renewMs, retryPolicy: persistence, log }: SendPorts,
  event: Mp3Event,
  message: Message,
  send: string,
): Promise<'told' | { refusals: number; cause: unknown }> {
  const answered = new AbortController();
  const renewing = repeat(
    renewMs,
    () => records.renew(event, send),
    (error) => log.warn({ err: error }, 'a send could not be kept as under way'),
    answered.signal,
  );
  const [result] = await Promise.allSettled([
    mailer.send({ to: event.email, ...message, id: `${event.job_id}.${event.run}` }),
  ]);
  answered.abort();
  await renewing;
  if (result.status === 'fulfilled') {
    log.info({ status: event.status }, 'mail sent');
    await retryWhileUnavailable(() => records.sent(event), persistence).catch((error: unknown) => {
      log.error({ err: error }, 'the mail was sent, but that could not be recorded: it may be sent again');
      throw error;
    });
    return 'told';
  }
  if (result.reason instanceof UnknownOutcome) {
    await retryWhileUnavailable(() => records.brokeOff(event, send), persistence);
    throw result.reason;
  }
  if (!isAppError(result.reason, 'unavailable')) throw result.reason;
  const record = await retryWhileUnavailable(() => records.refused(event, send), persistence);
  return { refusals: record?.refusals ?? 0, cause: result.reason };
}

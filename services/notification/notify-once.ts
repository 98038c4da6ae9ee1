import type { Mp3Event } from '../shared/contract/events.ts';
import { mailRecordKey, mailRecordTtl } from '../shared/contract/mail-record.ts';
import type { Log } from '../shared/runtime/log.ts';
import { isOneRecipient } from './mailer.ts';
import { messageFor } from './message.ts';
import type { OutgoingMail } from './outgoing-mail.ts';
import { createSendOnce, type SendOnce, type SendOncePorts } from './send-once.ts';

/**
 * Handles one delivery of an `mp3` event. `deferred`: a send of this mail is under way, or the sweep publishes the event
 * again. `dropped`: no retry could ever notify this owner. Throws `unavailable` when the event should be delivered again.
 */
export type Notify = (event: Mp3Event) => Promise<'notified' | 'deferred' | 'dropped'>;

/** @param sendOnce what all mails of the process share. By default its own. */
export function createNotify(ports: SendOncePorts, sendOnce: SendOnce = createSendOnce(ports)): Notify {
  return async (event) => {
    const log = ports.log.child({ job_id: event.job_id, trace_id: event.trace_id });
    if (!canBeNotified(event, log)) return 'dropped';
    const result = await sendOnce(mailOf(event), log);
    // The sweep publishes the event of a mail that is not sent again, after longer and longer pauses.
    return result === 'sent' ? 'notified' : 'deferred';
  };
}

const mailOf = (event: Mp3Event): OutgoingMail => ({
  recordKey: mailRecordKey(event),
  recordTtl: () => mailRecordTtl(event),
  to: event.email,
  id: `${event.job_id}.${event.run}`,
  about: { status: event.status },
  write: () => messageFor(event),
});

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

import { unavailable } from '../shared/errors.ts';
import type { Mp3Event } from '../shared/events.ts';
import type { Log } from '../shared/log.ts';
import type { MailRecord } from '../shared/outcome.ts';
import type { MailRecords } from './mail-record.ts';
import { isOneRecipient, type Mailer } from './mailer.ts';
import { messageFor } from './message.ts';
import { createTurns } from './turns.ts';

export interface NotifyPorts {
  records: MailRecords;
  mailer: Mailer;
  stopping: AbortSignal;
  log: Log;
}

/** `dropped`: no retry could ever tell this owner. Throws `unavailable` when the event should be delivered again. */
export type Notify = (event: Mp3Event) => Promise<'told' | 'dropped'>;

export function createNotify({ records, mailer, stopping, log: parent }: NotifyPorts): Notify {
  const inTurn = createTurns();

  /** False when the record has changed since it was seen. */
  async function tell(event: Mp3Event, seen: MailRecord | undefined, log: Log): Promise<boolean> {
    stopping.throwIfAborted();
    const message = messageFor(event);
    const begun = await records.begin(event, seen);
    if (begun === 'changed') return false;
    if (begun === 'exhausted') {
      log.error('two sends broke off in the middle: there is no third, for the mail may have arrived twice');
      await records.sent(event);
      return true;
    }
    if (seen && seen.sends > 0) log.warn('a send broke off in the middle: this mail may be a duplicate');
    try {
      await mailer.send({ to: event.email, ...message });
    } catch (error) {
      await records.undo(event);
      throw error;
    }
    log.info({ status: event.status }, 'mail sent');
    try {
      await records.sent(event);
    } catch (error) {
      log.error({ err: error }, 'the mail was sent, but that could not be recorded: it may be sent again');
      throw error;
    }
    return true;
  }

  return async (event) => {
    const log = parent.child({ job_id: event.job_id, trace_id: event.trace_id });
    if (!isOneRecipient(event.email)) {
      log.error('the address of the owner is not one mail address: nobody is told');
      return 'dropped';
    }
    if (Date.parse(event.expires_at) <= Date.now()) {
      log.warn('the job has expired: nobody is told');
      return 'dropped';
    }
    try {
      for (;;) {
        const seen = await records.settled(event, stopping);
        if (seen?.state === 'sent') return 'told';
        // In turn from the record on, so that a record that says `sending` is never older than one send.
        if (await inTurn(() => tell(event, seen, log))) return 'told';
      }
    } catch (error) {
      if (stopping.aborted) throw unavailable('notification', error);
      throw error;
    }
  };
}

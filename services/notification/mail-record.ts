import type { Mp3Event } from '../shared/contract/events.ts';
import { type MailRecord, mailRecordKey, mailRecordTtl } from '../shared/contract/mail-record.ts';
import { readDocument, updateDocument } from '../shared/state/documents.ts';
import { isAbandoned, type LeaseTimes } from '../shared/state/lease.ts';
import type { StateStore } from '../shared/state/state-store.ts';

/** What is known of the mail of one outcome; written by compare-and-set before and after a send. */
export interface MailRecords {
  /**
   * The record when nobody is sending; `busy` when another process shows that it is. When its record stands still for
   * `leaseMs` that process is dead, and its mail may have gone out.
   */
  settled(event: Mp3Event, signal: AbortSignal): Promise<MailRecord | undefined | 'busy'>;
  /** Records that this send begins, idempotently; false when the record is not the one that was seen. */
  begin(event: Mp3Event, seen: MailRecord | undefined, send: string): Promise<boolean>;
  /** The send is still under way: keeps the lease. */
  renew(event: Mp3Event, send: string): Promise<void>;
  /** The mail was taken, by this send or another: nobody sends again. */
  sent(event: Mp3Event): Promise<void>;
  /** The mail was not taken: the send does not count. */
  refused(event: Mp3Event, send: string): Promise<MailRecord | undefined>;
  /** Nobody knows whether the mail was taken: the send counts. */
  brokeOff(event: Mp3Event, send: string): Promise<void>;
}

export function createMailRecords(state: StateStore, times: LeaseTimes): MailRecords {
  const update = (event: Mp3Event, change: (current: MailRecord | undefined) => MailRecord | undefined) =>
    updateDocument<MailRecord>(state, mailRecordKey(event), change, {
      ttlSeconds: mailRecordTtl(event),
    });

  /** Changes the record only while this send is the one under way. */
  const updateOwn = (event: Mp3Event, send: string, change: (current: MailRecord) => MailRecord) =>
    update(event, (current) =>
      current?.state === 'sending' && current.send === send ? change(current) : undefined,
    );

  return {
    async settled(event, signal) {
      const read = () => readDocument<MailRecord>(state, mailRecordKey(event), signal);
      const seen = await read();
      if (seen?.document.state !== 'sending') return seen?.document;
      return (await isAbandoned(seen, read, times, signal)) ? seen.document : 'busy';
    },

    async begin(event, seen, send) {
      const next = {
        state: 'sending' as const,
        send,
        sends: (seen?.sends ?? 0) + 1,
        refusals: seen?.refusals ?? 0,
      };
      const now = await update(event, (current) =>
        current?.state === seen?.state && current?.send === seen?.send ? next : undefined,
      );
      return now?.send === send;
    },

    async renew(event, send) {
      await updateOwn(event, send, (current) => current);
    },

    async sent(event) {
      await update(event, (current) => ({
        send: '',
        sends: 1,
        refusals: 0,
        ...current,
        state: 'sent',
      }));
    },

    refused: (event, send) =>
      updateOwn(event, send, (current) => ({
        ...current,
        state: 'open',
        sends: current.sends - 1,
        refusals: current.refusals + 1,
      })),

    async brokeOff(event, send) {
      await updateOwn(event, send, (current) => ({ ...current, state: 'open' }));
    },
  };
}

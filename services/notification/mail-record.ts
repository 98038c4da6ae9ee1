import type { Mp3Event } from '../shared/contract/events.ts';
import { type MailRecord, mailRecordKey, mailRecordTtl } from '../shared/contract/mail-record.ts';
import { readDocument, updateDocument } from '../shared/state/documents.ts';
import { isAbandoned, type LeaseTimes } from '../shared/state/lease.ts';
import type { StateStore } from '../shared/state/state-store.ts';

/**
 * The record of the mail of each outcome, written by compare-and-set before and after a send. `sendId` is the id of one
 * send. Every method throws `unavailable` when the store does not answer.
 */
export interface MailRecords {
  /**
   * Waits until it is known whether another process is sending this mail. Resolves with `sending` if one is, and otherwise
   * with the record, or undefined where there is none. A process whose record does not change for `leaseMs` is dead, and its
   * mail may have been delivered.
   */
  findSendable(event: Mp3Event, signal: AbortSignal): Promise<MailRecord | undefined | 'sending'>;
  /** Records that this send begins. Idempotent. Returns false when the record is no longer the one that was read. */
  markSending(event: Mp3Event, read: MailRecord | undefined, sendId: string): Promise<boolean>;
  /** Renews the lease of a send that is under way. */
  renew(event: Mp3Event, sendId: string): Promise<void>;
  /** Records that the mail was accepted, by this send or another one, so that nobody sends it again. */
  markSent(event: Mp3Event): Promise<void>;
  /** Records that the mail was refused. The send is not counted. Returns undefined where there is no record any more. */
  markRefused(event: Mp3Event, sendId: string): Promise<MailRecord | undefined>;
  /** Records that nobody knows whether the mail was accepted. The send is counted. */
  markUnknown(event: Mp3Event, sendId: string): Promise<void>;
}

export function createMailRecords(state: StateStore, times: LeaseTimes): MailRecords {
  const update = (event: Mp3Event, change: (current: MailRecord | undefined) => MailRecord | undefined) =>
    updateDocument<MailRecord>(state, mailRecordKey(event), change, { ttlSeconds: mailRecordTtl(event) });

  /** Changes the record only while this send is the one under way. */
  const updateOwn = (event: Mp3Event, sendId: string, change: (current: MailRecord) => MailRecord) =>
    update(event, (current) =>
      current?.state === 'sending' && current.send === sendId ? change(current) : undefined,
    );

  return {
    async findSendable(event, signal) {
      const read = () => readDocument<MailRecord>(state, mailRecordKey(event), signal);
      const found = await read();
      if (found?.document.state !== 'sending') return found?.document;
      return (await isAbandoned(found, read, times, signal)) ? found.document : 'sending';
    },

    async markSending(event, read, sendId) {
      const next: MailRecord = {
        state: 'sending',
        send: sendId,
        sends: (read?.sends ?? 0) + 1,
        refusals: read?.refusals ?? 0,
      };
      const written = await update(event, (current) =>
        current?.state === read?.state && current?.send === read?.send ? next : undefined,
      );
      return written?.send === sendId;
    },

    async renew(event, sendId) {
      await updateOwn(event, sendId, (current) => current);
    },

    async markSent(event) {
      const unrecorded = { send: '', sends: 1, refusals: 0 };
      await update(event, (current) => ({ ...unrecorded, ...current, state: 'sent' }));
    },

    markRefused: (event, sendId) =>
      updateOwn(event, sendId, (current) => ({
        ...current,
        state: 'open',
        sends: current.sends - 1,
        refusals: current.refusals + 1,
      })),

    async markUnknown(event, sendId) {
      await updateOwn(event, sendId, (current) => ({ ...current, state: 'open' }));
    },
  };
}

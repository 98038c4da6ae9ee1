import type { MailRecord } from '../shared/contract/mail-record.ts';
import { readDocument, updateDocument } from '../shared/state/documents.ts';
import { isAbandoned, type LeaseTimes } from '../shared/state/lease.ts';
import type { StateStore } from '../shared/state/state-store.ts';
import type { OutgoingMail } from './outgoing-mail.ts';

/** Where the record of a mail is, and how long it is kept. */
type Recorded = Pick<OutgoingMail, 'recordKey' | 'recordTtl'>;

/**
 * The record of each mail, written by compare-and-set before and after a send. `sendId` is the id of one
 * send. Every method throws `unavailable` when the store does not answer.
 */
export interface MailRecords {
  /**
   * Waits until it is known whether another process is sending this mail. Resolves with `sending` if one is, and otherwise
   * with the record, or undefined where there is none. A process whose record does not change for `leaseMs` is dead, and its
   * mail may have been delivered.
   */
  findSendable(mail: Recorded, signal: AbortSignal): Promise<MailRecord | undefined | 'sending'>;
  /** Records that this send begins. Idempotent. Returns false when the record is no longer the one that was read. */
  markSending(mail: Recorded, read: MailRecord | undefined, sendId: string): Promise<boolean>;
  /** Renews the lease of a send that is under way. */
  renew(mail: Recorded, sendId: string): Promise<void>;
  /** Records that the mail was accepted, by this send or another one, so that nobody sends it again. */
  markSent(mail: Recorded): Promise<void>;
  /** Records that the mail was refused. The send is not counted. Returns undefined where there is no record any more. */
  markRefused(mail: Recorded, sendId: string): Promise<MailRecord | undefined>;
  /** Records that nobody knows whether the mail was accepted. The send is counted. */
  markUnknown(mail: Recorded, sendId: string): Promise<void>;
}

export function createMailRecords(state: StateStore, times: LeaseTimes): MailRecords {
  const update = (mail: Recorded, change: (current: MailRecord | undefined) => MailRecord | undefined) =>
    updateDocument<MailRecord>(state, mail.recordKey, change, { ttlSeconds: mail.recordTtl() });

  /** Changes the record only while this send is the one under way. */
  const updateOwn = (mail: Recorded, sendId: string, change: (current: MailRecord) => MailRecord) =>
    update(mail, (current) =>
      current?.state === 'sending' && current.send === sendId ? change(current) : undefined,
    );

  return {
    async findSendable(mail, signal) {
      const read = () => readDocument<MailRecord>(state, mail.recordKey, signal);
      const found = await read();
      if (found?.document.state !== 'sending') return found?.document;
      return (await isAbandoned(found, read, times, signal)) ? found.document : 'sending';
    },

    async markSending(mail, read, sendId) {
      const next: MailRecord = {
        state: 'sending',
        send: sendId,
        sends: (read?.sends ?? 0) + 1,
        refusals: read?.refusals ?? 0,
      };
      const written = await update(mail, (current) =>
        current?.state === read?.state && current?.send === read?.send ? next : undefined,
      );
      return written?.send === sendId;
    },

    async renew(mail, sendId) {
      await updateOwn(mail, sendId, (current) => current);
    },

    async markSent(mail) {
      const unrecorded = { send: '', sends: 1, refusals: 0 };
      await update(mail, (current) => ({ ...unrecorded, ...current, state: 'sent' }));
    },

    markRefused: (mail, sendId) =>
      updateOwn(mail, sendId, (current) => ({
        ...current,
        state: 'open',
        sends: current.sends - 1,
        refusals: current.refusals + 1,
      })),

    async markUnknown(mail, sendId) {
      await updateOwn(mail, sendId, (current) => ({ ...current, state: 'open' }));
    },
  };
}

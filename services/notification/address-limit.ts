import { createHash } from 'node:crypto';
import { MAIL_COUNT_TTL_SECONDS, type MailCount, mailCountKey } from '../shared/contract/mail-count.ts';
import { isAppError } from '../shared/runtime/errors.ts';
import { updateDocument } from '../shared/state/documents.ts';
import type { StateStore } from '../shared/state/state-store.ts';

const HOUR_MS = 3600 * 1000;

/** Bounds the mails to one address, whoever causes them. All replicas count together, in the store. */
export interface AddressLimit {
  /** Counts a mail. Resolves with undefined where the address has got as many as it may in this hour. Throws `unavailable`. */
  take(address: string): Promise<CountedMail | undefined>;
}

export interface CountedMail {
  /**
   * Takes back the count of a mail that was not sent, from the hour in which it was counted: a send may end in the next one. Never throws
   * `unavailable`: the limit is only lower then.
   */
  giveBack(): Promise<void>;
}

/** Mailboxes that differ in case do not occur in practice. */
const keyOf = (address: string, now: number): string =>
  mailCountKey({
    sha256: createHash('sha256').update(address.toLowerCase()).digest('hex'),
    hour: Math.floor(now / HOUR_MS),
  });

/** @param perHour the most mails for one address in each hour of the clock */
export function createAddressLimit(state: StateStore, perHour: number, now = Date.now): AddressLimit {
  const update = (key: string, change: (current: MailCount | undefined) => MailCount | undefined) =>
    updateDocument<MailCount>(state, key, change, { ttlSeconds: MAIL_COUNT_TTL_SECONDS });

  async function giveBack(key: string): Promise<void> {
    try {
      await update(key, (count) => (count && count.mails > 0 ? { mails: count.mails - 1 } : undefined));
    } catch (error) {
      if (!isAppError(error, 'unavailable')) throw error;
    }
  }

  return {
    async take(address) {
      const key = keyOf(address, now());
      let isCounted = false;
      await update(key, ({ mails } = { mails: 0 }) => {
        isCounted = mails < perHour;
        return isCounted ? { mails: mails + 1 } : undefined;
      });
      return isCounted ? { giveBack: () => giveBack(key) } : undefined;
    },
  };
}

import { createHash } from 'node:crypto';
import { isAppError } from '../shared/runtime/errors.ts';
import { updateDocument } from '../shared/state/documents.ts';
import type { StateStore } from '../shared/state/state-store.ts';

const HOUR_MS = 3600 * 1000;
/** The count of an hour is of no use afterwards. Clocks of replicas may differ by some of the second hour. */
const TTL_SECONDS = 2 * 3600;

/** Bounds the mails to one address, whoever causes them. All replicas count together, in the store. */
export interface AddressLimit {
  /** Counts a mail. Returns false where the address has got as many as it may in this hour. Throws `unavailable`. */
  take(address: string): Promise<boolean>;
  /** Takes back the count of a mail that was not sent. Never throws `unavailable`: the limit is only lower then. */
  giveBack(address: string): Promise<void>;
}

interface Count {
  mails: number;
}

/** The address is a user's text, which never becomes a key of the store. Mailboxes that differ in case do not occur in practice. */
export const addressCountKey = (address: string, now: number): string =>
  `mails-to:${createHash('sha256').update(address.toLowerCase()).digest('hex')}:${Math.floor(now / HOUR_MS)}`;

/** @param perHour the most mails for one address in each hour of the clock */
export function createAddressLimit(state: StateStore, perHour: number, now = Date.now): AddressLimit {
  return {
    async take(address) {
      let isCounted = false;
      await updateDocument<Count>(
        state,
        addressCountKey(address, now()),
        ({ mails } = { mails: 0 }) => {
          isCounted = mails < perHour;
          return isCounted ? { mails: mails + 1 } : undefined;
        },
        { ttlSeconds: TTL_SECONDS },
      );
      return isCounted;
    },

    async giveBack(address) {
      try {
        await updateDocument<Count>(
          state,
          addressCountKey(address, now()),
          (count) => (count && count.mails > 0 ? { mails: count.mails - 1 } : undefined),
          { ttlSeconds: TTL_SECONDS },
        );
      } catch (error) {
        if (!isAppError(error, 'unavailable')) throw error;
      }
    },
  };
}

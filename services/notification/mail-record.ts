import { setTimeout as sleep } from 'node:timers/promises';
import { readDocument, updateDocument } from '../shared/documents.ts';
import type { Mp3Event } from '../shared/events.ts';
import { type MailRecord, mailRecordKey } from '../shared/outcome.ts';
import type { StateStore } from '../shared/state.ts';

const DAY_SECONDS = 24 * 3600;
/** One send, and one more when it is not known whether the first went out. */
const MAX_SENDS = 2;

/**
 * What is known of the mail of one outcome: `sends` counts those that went out, or may have.
 * Written by compare-and-set before and after a send.
 */
export interface MailRecords {
  /**
   * The record when nobody works on it. A send that another process has begun is waited for; when its record stands
   * still for `leaseMs` that process is dead, and its mail may have gone out.
   */
  settled(event: Mp3Event, signal: AbortSignal): Promise<MailRecord | undefined>;
  /** Records that a send begins; `changed` when the record is not the one that was seen. */
  begin(event: Mp3Event, seen: MailRecord | undefined): Promise<'begun' | 'changed' | 'exhausted'>;
  sent(event: Mp3Event): Promise<void>;
  /** The mail was not taken: the send does not count. */
  undo(event: Mp3Event): Promise<void>;
}

export function createMailRecords(
  state: StateStore,
  { leaseMs, pollMs }: { leaseMs: number; pollMs: number },
): MailRecords {
  const update = (event: Mp3Event, change: (current: MailRecord | undefined) => MailRecord | undefined) =>
    updateDocument<MailRecord>(state, mailRecordKey(event), change, {
      ttlSeconds: (Date.parse(event.expires_at) - Date.now()) / 1000 + DAY_SECONDS,
    });

  return {
    async settled(event, signal) {
      const read = () => readDocument<MailRecord>(state, mailRecordKey(event), signal);
      let seen = await read();
      let since = performance.now();
      while (seen?.document.state === 'sending' && seen.document.sends > 0) {
        if (performance.now() - since >= leaseMs) break;
        await sleep(pollMs, undefined, { signal });
        const now = await read();
        if (now?.etag !== seen.etag) since = performance.now();
        seen = now;
      }
      return seen?.document;
    },

    async begin(event, seen) {
      const sends = seen?.sends ?? 0;
      if (sends >= MAX_SENDS) return 'exhausted';
      let ours = false;
      await update(event, (current) => {
        ours = current?.state === seen?.state && current?.sends === seen?.sends;
        return ours ? { state: 'sending', sends: sends + 1 } : undefined;
      });
      return ours ? 'begun' : 'changed';
    },

    async sent(event) {
      await update(event, (current) => ({ state: 'sent', sends: current?.sends ?? 1 }));
    },

    async undo(event) {
      await update(event, (current) =>
        current?.state === 'sending' ? { ...current, sends: Math.max(0, current.sends - 1) } : undefined,
      );
    },
  };
}

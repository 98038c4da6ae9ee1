import { z } from 'zod';
import type { JobStore } from '../jobs/job-store.ts';
import { AppError } from '../runtime/errors.ts';
import { encodeDocument, type StateStore } from './state-store.ts';

/**
 * Each gateway writes this marker every minute, and the apps that have to share its store read it. An app with another store,
 * or with keys of its own, does not see it. It lives as long as a job, so that accepted jobs are converted while no gateway
 * runs.
 */
const KEY = 'store:shared';
/** A gateway that runs has written the marker within this time, even if some of its writes fail. */
const FRESH_MS = 300_000;

/** Earlier gateways wrote no time, and let the marker expire after {@link FRESH_MS}. */
const marker = z.object({ shown_at: z.iso.datetime().optional() });

/** `ttlSeconds`: the longest that a job is kept. */
export async function writeMarker(state: StateStore, ttlSeconds: number, signal: AbortSignal): Promise<void> {
  const shown = encodeDocument({ shown_at: new Date().toISOString() } satisfies z.infer<typeof marker>);
  await state.put(KEY, shown, { ttlSeconds, signal });
}

/** Throws `unavailable` while no gateway's marker is seen: none has run yet, it has another store, or this app has keys of its own. */
export async function requireMarker(state: StateStore, signal: AbortSignal): Promise<void> {
  if (await state.get(KEY, signal)) return;
  throw new AppError(
    'unavailable',
    'the component «store» does not show what the gateway keeps there: has a gateway run over the same store, and is keyPrefix "none"?',
  );
}

/** Resolves when there is no such job (any more). Throws `unavailable` when it may be in another store, and its event is to be kept. */
export type ConfirmMissing = (id: string, signal: AbortSignal) => Promise<void>;

/**
 * A job that is not in the store may be in that of the gateway which has sent its event. That gateway runs. When the
 * marker in this store is old, no running gateway writes it.
 */
export function createConfirmMissing(state: StateStore, jobs: Pick<JobStore, 'find'>): ConfirmMissing {
  return async (id, signal) => {
    // A tombstone, or a job that has expired: they show that this is the store.
    if (await jobs.find(id, signal)) return;
    const entry = await state.get(KEY, signal);
    const { shown_at } = entry
      ? marker.parse(JSON.parse(entry.value))
      : { shown_at: new Date(0).toISOString() };
    // The clocks of two machines may differ either way.
    if (shown_at === undefined || Math.abs(Date.now() - Date.parse(shown_at)) < FRESH_MS) return;
    throw new AppError(
      'unavailable',
      'there is no such job, and no gateway has used this store for minutes: the event is kept, since the job may be in another store',
    );
  };
}

import { z } from 'zod';
import { COMPONENTS } from '../dapr/names.ts';
import { AppError } from '../runtime/errors.ts';
import { encodeDocument, type StateStore } from './state-store.ts';

/**
 * Each gateway writes this marker every minute, and the apps that have to share its store read it. An app that uses another
 * store, or prefixes its keys, does not see it. The marker lives as long as a job, so that accepted jobs are converted even
 * while no gateway runs.
 */
const KEY = 'store:shared';
/** A running gateway has written the marker within this time, even if some of its writes fail. */
const FRESH_MS = 300_000;

/** Earlier gateways wrote no time, and let the marker expire after {@link FRESH_MS}. */
const marker = z.object({ shown_at: z.iso.datetime().optional() });

/** Writes the marker. `ttlSeconds` is the longest time for which a job is kept. */
export async function writeMarker(state: StateStore, ttlSeconds: number, signal: AbortSignal): Promise<void> {
  const shown = encodeDocument({ shown_at: new Date().toISOString() } satisfies z.infer<typeof marker>);
  await state.put(KEY, shown, { ttlSeconds, signal });
}

/**
 * Throws `unavailable` while there is no marker: no gateway has run yet, or it uses another store, or this app prefixes its
 * keys.
 */
export async function requireMarker(state: StateStore, signal: AbortSignal): Promise<void> {
  if (await state.get(KEY, signal)) return;
  throw new AppError(
    'unavailable',
    `the component «${COMPONENTS.state}» does not contain the marker of a gateway: has a gateway run over the same store, and is keyPrefix "none"?`,
  );
}

/**
 * Resolves when the job does not exist any more, or never did. Throws `unavailable` when the job may be in another store,
 * so that its event is kept.
 */
export type ConfirmMissing = (id: string, signal: AbortSignal) => Promise<void>;

/** Resolves with undefined where the store holds nothing about a job, not even a tombstone. */
type FindJob = (id: string, signal: AbortSignal) => Promise<object | undefined>;

/**
 * A job that is not in this store may be in the store of the gateway that sent its event. That gateway is running. When the
 * marker in this store is old, no running gateway writes it.
 */
export function createConfirmMissing(state: StateStore, findJob: FindJob): ConfirmMissing {
  return async (id, signal) => {
    // A tombstone or an expired job shows that this is the store of the gateway.
    if (await findJob(id, signal)) return;
    const entry = await state.get(KEY, signal);
    const { shown_at } = entry
      ? marker.parse(JSON.parse(entry.value))
      : { shown_at: new Date(0).toISOString() };
    // The clock of the gateway's machine may be ahead of ours or behind it.
    if (shown_at === undefined || Math.abs(Date.now() - Date.parse(shown_at)) < FRESH_MS) return;
    throw new AppError(
      'unavailable',
      'there is no such job, and no gateway has used this store for minutes: the event is kept, since the job may be in another store',
    );
  };
}

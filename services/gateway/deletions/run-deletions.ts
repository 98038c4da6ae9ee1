import { z } from 'zod';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import { unavailable } from '../../shared/runtime/errors.ts';
import { repeat } from '../../shared/runtime/interval.ts';
import { type PurgePorts, purgeOwners } from './purge-owners.ts';

/** How often a gateway asks for accounts that were deleted. */
const READ_MS = 5_000;
/** Accounts of one read. */
const PAGE = 100;
/**
 * Pauses between two passes over what an account owns. The second one comes when every gateway has refused the account for a while.
 * An upload that had begun before may end much later, so there are more.
 */
const PAUSES_MS = [15_000, 60_000, 600_000, 3600_000];
/** A deletion is confirmed when it is this old and nothing is left. No upload is likely to be under way for longer. */
const CONFIRM_AFTER_MS = 24 * 3600_000;

const deletionPage = z.object({
  deletions: z.array(z.object({ id: z.uuid(), deleted_at: z.iso.datetime() })).max(1000),
});
type Deletion = z.infer<typeof deletionPage>['deletions'][number];

export interface DeletionPorts extends PurgePorts {
  invoke: Sidecar['invoke'];
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/**
 * Deletes what deleted accounts have owned. Auth keeps the ids until a gateway confirms, so the work survives the death of any process,
 * and any number of gateways may do it.
 */
export function createDeletions(ports: DeletionPorts) {
  const { invoke, log, now = Date.now } = ports;
  /** When each account is due again, and how many passes there were. */
  const known = new Map<string, { dueAt: number; passes: number }>();

  async function readAll(signal: AbortSignal): Promise<Deletion[]> {
    const all: Deletion[] = [];
    for (;;) {
      const path = `/deletions?after=${all.at(-1)?.id ?? ''}&limit=${PAGE}`;
      const { status, body } = await invoke('auth', { method: 'GET', path, signal });
      if (status !== 200) throw unavailable('the auth service', new Error(`answered ${status} to ${path}`));
      const { deletions } = deletionPage.parse(JSON.parse(body));
      all.push(...deletions);
      if (deletions.length < PAGE) return all;
    }
  }

  async function confirm(id: string, signal: AbortSignal): Promise<void> {
    const path = '/deletions/confirmation';
    const { status } = await invoke('auth', {
      ...{ method: 'POST', path, signal },
      ...{ headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id }) },
    });
    if (status >= 300) throw unavailable('the auth service', new Error(`answered ${status} to ${path}`));
  }

  async function pass(signal: AbortSignal): Promise<void> {
    const deletions = await readAll(signal);
    const ids = new Set(deletions.map(({ id }) => id));
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    const due = deletions.filter(({ id }) => (known.get(id)?.dueAt ?? 0) <= now());
    if (due.length === 0) return;
    const { deleted, unfinished } = await purgeOwners(ports, new Set(due.map(({ id }) => id)), signal);
    if (deleted > 0) log.info({ accounts: due.length, deleted }, 'deleted what deleted accounts owned');
    for (const { id, deleted_at } of due) {
      const passes = known.get(id)?.passes ?? 0;
      known.set(id, { dueAt: now() + (PAUSES_MS[passes] ?? 3600_000), passes: passes + 1 });
      if (!unfinished.has(id) && Date.parse(deleted_at) + CONFIRM_AFTER_MS <= now())
        await confirm(id, signal);
    }
  }

  return {
    pass,
    run: (signal: AbortSignal): Promise<void> =>
      repeat(
        READ_MS,
        () => pass(signal),
        (error) => {
          if (!signal.aborted)
            log.warn(
              { err: error },
              'what deleted accounts own could not be deleted; the next pass tries again',
            );
        },
        signal,
      ),
  };
}

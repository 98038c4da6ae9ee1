import { randomUUID } from 'node:crypto';
import { AppError } from '../runtime/errors.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Checkpoint } from './append.ts';
import { deleteTails, isComplete, type Manifest, tailsOf, type UnfinishedManifest } from './manifest.ts';
import type { Saves } from './saves.ts';
import { FIRST_RESERVATION } from './write-blob.ts';

/** What the manifest announces of an append, so that nothing is stored that the id of the blob does not lead to. */
export interface Reservation {
  /** Id of the tail that this append may store. */
  tail: string;
  /** Resolves when the manifest announces the tail, and so many chunks. */
  require(chunks: number): Promise<void>;
}

interface ReservationPorts {
  state: StateStore;
  id: string;
  saves: Saves;
  /** The manifest before the append. */
  before: UnfinishedManifest | undefined;
  /** The checkpoint from which the append goes on. */
  from: Checkpoint;
  expires: Date;
  /** Saves `from` again. Throws when the caller does not hold the upload any more. */
  confirm(): Promise<void>;
}

export function createReservation(ports: ReservationPorts): Reservation {
  const { state, id, saves, before, from, expires, confirm } = ports;
  const tail = randomUUID();
  let reserved = 0;

  /**
   * Deletes the tails of earlier appends, and returns their ids. They were listed before `confirm` has proved that `from` is
   * the last checkpoint. So no checkpoint contains them, and none ever will. Without that proof, an append that was stopped
   * for a long time would delete the tail of the one that has taken its place.
   */
  async function deleteOldTails(): Promise<readonly string[]> {
    const old = tailsOf(before).filter((each) => each !== from.tail);
    if (old.length === 0) return old;
    await confirm();
    await deleteTails(state, id, old);
    return old;
  }

  async function announce(chunks: number, deleted: readonly string[]): Promise<void> {
    await saves.updateManifest((current) => {
      requireUnfinished(current, id, from);
      const announced: Manifest = {
        reserved: Math.max(chunks, current?.reserved ?? 0),
        tails: [...new Set([...tailsOf(current).filter((each) => !deleted.includes(each)), tail])],
        expires: earliest(expires, current?.expires),
      };
      reserved = announced.reserved;
      return announced;
    });
  }

  return {
    tail,
    async require(chunks) {
      if (chunks <= reserved) return;
      const deleted = reserved === 0 ? await deleteOldTails() : [];
      await announce(Math.max(FIRST_RESERVATION, 2 * reserved, chunks), deleted);
    },
  };
}

/** Throws where the blob cannot be appended to, because it is complete or was deleted. */
export function requireUnfinished(
  manifest: Manifest | undefined,
  id: string,
  from: Checkpoint,
): asserts manifest is UnfinishedManifest | undefined {
  if (manifest && isComplete(manifest))
    throw new AppError('state_conflict', `blob ${id} is complete already`);
  if (!manifest && from.offset > 0) throw new AppError('not_found', 'this upload does not exist any more');
}

const earliest = (expires: Date, before: string | undefined): string =>
  new Date(Math.min(expires.getTime(), before ? Date.parse(before) : Number.POSITIVE_INFINITY)).toISOString();

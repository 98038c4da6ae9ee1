import type { Checkpoint } from './append.ts';

/** The checkpoints of one append, in the order of their bytes. */
export interface Trail {
  /** Adds the checkpoint at the end of a chunk. The result is called when the chunk is stored. */
  add(checkpoint: Checkpoint): () => void;
  /** The last checkpoint that was saved. */
  readonly saved: Checkpoint;
  /** Resolves when nothing is being saved any more, also after a failure. */
  settled(): Promise<void>;
}

/**
 * Saves the last checkpoint before which all chunks are stored, as often as `save` allows: while one is being saved, those
 * in between are left out. `save` must not be called again after it has failed.
 */
export function createTrail(from: Checkpoint, save: (checkpoint: Checkpoint) => Promise<void>): Trail {
  /** Begins with the first checkpoint whose chunk is not stored yet. */
  const pending: { checkpoint: Checkpoint; isStored: boolean }[] = [];
  let stored = from;
  let saved = from;
  let saving: Promise<void> | undefined;
  let hasFailed = false;

  async function saveAll(): Promise<void> {
    try {
      while (saved !== stored) {
        const latest = stored;
        await save(latest);
        saved = latest;
      }
    } catch {
      // `save` has reported it.
      hasFailed = true;
    } finally {
      saving = undefined;
    }
  }

  return {
    add(checkpoint) {
      const step = { checkpoint, isStored: false };
      pending.push(step);
      return () => {
        step.isStored = true;
        while (pending[0]?.isStored) stored = pending.shift()?.checkpoint ?? stored;
        if (saved !== stored && !hasFailed) saving ??= saveAll();
      };
    },
    get saved() {
      return saved;
    },
    async settled() {
      await saving;
    },
  };
}

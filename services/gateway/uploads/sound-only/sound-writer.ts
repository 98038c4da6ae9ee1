import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createSemaphore } from '../../../shared/runtime/semaphore.ts';
import type { SoundReply, SoundRequest } from './sound-worker.ts';

/** The index of the longest film takes less than a second. A film that was made to take longer is kept whole. */
const MAX_MS = 10_000;
/** MiB. The index of an MP4 may have 256 MiB, of which a film of two hours needs 10. */
const MAX_HEAP = 512;
/**
 * MiB. A film is read in many small pieces outside of the heap. They are freed when the young
 * generation is full, which by default is 100 MB later.
 */
const YOUNG_HEAP = 1;

/** Leaves the picture out of films, one after the other, in a thread of its own. */
export interface SoundWriter {
  /** Starts the thread, which takes 0.2 s. Otherwise `write` does, also where this fails. */
  prepare(): void;
  /**
   * See `writeSound`. Rejects with the reason of the signal, and where the film could not be read in time or at all.
   */
  write(request: SoundRequest, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

const THREAD = new URL('./sound-worker.ts', import.meta.url);

/**
 * @param maxMs how long a film may take, with its wait for the films before it
 * @param thread the module that the thread runs
 */
export function createSoundWriter(maxMs = MAX_MS, thread = THREAD): SoundWriter {
  const turns = createSemaphore(1);
  let current: Worker | undefined;

  function start(): Worker {
    const worker = new Worker(thread, {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP, maxYoungGenerationSizeMb: YOUNG_HEAP },
    });
    const forget = () => {
      if (current === worker) current = undefined;
    };
    // Whoever waits for the thread gets its error. Without this listener, that of a thread nobody waits for would end the process.
    worker.on('error', forget).on('exit', forget).unref();
    return worker;
  }

  async function close(): Promise<void> {
    const worker = current;
    current = undefined;
    await worker?.terminate();
  }

  function running(): Worker {
    current ??= start();
    return current;
  }

  async function ask(request: SoundRequest, signal: AbortSignal): Promise<boolean> {
    const worker = running();
    try {
      const replied = once(worker, 'message', { signal }) as Promise<[SoundReply]>;
      worker.postMessage(request);
      const [reply] = await replied;
      if ('error' in reply) throw reply.error;
      return reply.isWritten;
    } catch (error) {
      // It may be in the midst of a film.
      await worker.terminate();
      signal.throwIfAborted();
      throw error;
    }
  }

  return {
    prepare() {
      try {
        running();
      } catch {
        // The machine has no room for a thread. `write` tries again, and reports it.
      }
    },
    write(request, signal) {
      const deadlineSignal = AbortSignal.any([signal, AbortSignal.timeout(maxMs)]);
      return turns.run(() => ask(request, deadlineSignal), deadlineSignal);
    },
    close,
  };
}

import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { countGarbage } from '../../../shared/runtime/count-garbage.ts';
import type { LocalFile } from '../../sound/local-file.ts';
import { planSound } from '../../sound/plan-sound.ts';

const BLOCK_BYTES = 1024 * 1024;
/** The most bytes that a plan reads of a film at a time, to make one block. */
const MAX_READ_BYTES = 4 * BLOCK_BYTES;

/** What decides which part of a film is needed: query parameters of an upload. */
export type SoundOptions = Record<'cover' | 'track', string | undefined>;

/**
 * Writes the film at `path` without its picture to the new file `output`, such that its MP3 is the same. Returns false, and writes
 * nothing, where the film has to be kept whole: see `planSound`, and a film of several audio tracks, each of which may be asked for
 * later. Reads and writes synchronously, which is several times cheaper, so it needs a thread of its own.
 */
export async function writeSound(path: string, output: string, options: SoundOptions): Promise<boolean> {
  using film = openFile(path, 'r');
  const plan = await planSound(film, given(options), new AbortController().signal);
  if (!plan || plan.audioTracks > 1) return false;
  using sound = openFile(output, 'wx');
  film.reuseMemory();
  for (let start = 0; start < plan.file.size; start += BLOCK_BYTES) {
    sound.write(await plan.file.read(start, Math.min(plan.file.size, start + BLOCK_BYTES)));
  }
  return true;
}

const given = (options: SoundOptions): Record<string, string> =>
  Object.fromEntries(
    Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

interface OpenFile extends LocalFile, Disposable {
  /** From now on, what was read is valid until the next read. Memory for each read would be a hundred MB until it is collected. */
  reuseMemory(): void;
  write(bytes: Uint8Array): void;
}

/** Allocates memory for a read. As much memory of earlier reads has become garbage by then. */
function newMemory(length: number): Uint8Array<ArrayBuffer> {
  countGarbage(length);
  return new Uint8Array(length);
}

function openFile(path: string, flags: 'r' | 'wx'): OpenFile {
  const descriptor = openSync(path, flags, 0o600);
  let memory: Uint8Array<ArrayBuffer> | undefined;
  return {
    size: fstatSync(descriptor).size,
    async read(start, end) {
      const length = end - start;
      const bytes = memory && length <= memory.length ? memory.subarray(0, length) : newMemory(length);
      for (let done = 0; done < bytes.length; ) {
        const count = readSync(descriptor, bytes, done, bytes.length - done, start + done);
        if (count === 0) throw new Error('the film became shorter while it was read');
        done += count;
      }
      return bytes;
    },
    reuseMemory() {
      memory = new Uint8Array(MAX_READ_BYTES);
    },
    write(bytes) {
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

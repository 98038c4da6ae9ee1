import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A collection for every so many bytes. With twice as many it is no faster, and the process needs more memory. */
const BYTES_PER_COLLECTION = 8 * 1024 * 1024;

const collectYoung = exposeCollection();
let garbage = 0;

/**
 * Counts bytes that were read from a socket or a file and are not used any more, of the whole process. Every few megabytes, the
 * young generation of the heap is collected, which takes a millisecond.
 *
 * Node allocates new memory outside of the heap for each read. On the heap, V8 sees only a small object for it, so the young generation
 * fills slowly. Without this function, the memory outside grows until V8 marks the whole heap to free it: eight times for a film of
 * 120 MB, which takes longer than everything else that is done with the bytes.
 */
export function countGarbage(bytes: number): void {
  garbage += bytes;
  if (garbage < BYTES_PER_COLLECTION) return;
  garbage = 0;
  collectYoung();
}

/** V8 gives its collector to contexts that begin while the flag is set. Ours is the only one. */
function exposeCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NodeJS.GCFunction;
  setFlagsFromString('--no-expose-gc');
  return () => collect({ type: 'minor' });
}

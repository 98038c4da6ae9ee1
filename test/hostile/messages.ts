import type { Tried } from './attempt/try-file.ts';
import type { Kind } from './hostile-file.ts';

/** What the runner tells a worker. */
export type ToWorker = { type: 'try'; number: number } | { type: 'control' };

/** What a worker tells the runner. */
export type FromWorker =
  | { type: 'ready'; titles: { kind: Kind; name: string }[]; layers: string[] }
  /** The witnesses that say nothing although they should. */
  | { type: 'controlled'; silent: string[] }
  /** The file is made. What the tools do from now on is the converter's. */
  | { type: 'made' }
  | { type: 'tried'; number: number; ownMb: number; tried: Tried }
  /** Something is wrong with the test. */
  | { type: 'failed'; reason: string };

/**
 * How much of an unfinished blob is stored, and all that is needed to append to it: on another machine, and after a crash. The
 * caller saves it, because it has a document of its own for the upload.
 */
export interface Checkpoint {
  /** Bytes that are stored, and stay so whatever process dies. */
  offset: number;
  /** The state of the SHA-256 of these bytes, in base64 (hash-wasm's `save`). Empty at the start. */
  hash: string;
  /** The number of chunks that the stored manifest reserves. */
  reserved: number;
  /** Id under which the last bytes are kept that do not fill a chunk. Null where there are none. */
  tail: string | null;
}

export const EMPTY: Checkpoint = { offset: 0, hash: '', reserved: 0, tail: null };

export interface AppendOptions {
  /** When the blob expires. It is kept a little longer. */
  expires: Date;
  /** Ends the wait for the source. What has arrived is stored all the same. */
  signal: AbortSignal;
  /** Saves a checkpoint while the source is read. Calls never overlap. Where it throws, the append ends with its error. */
  save(checkpoint: Checkpoint): Promise<void>;
}

export interface Appended {
  checkpoint: Checkpoint;
  /** Why the source ended early; undefined where it was read to its end. */
  error: unknown;
}

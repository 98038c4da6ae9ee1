/**
 * How much of an unfinished blob is stored, and all that is needed to append to it: on another machine, and after a crash. The
 * caller saves it, because it has a document of its own for the upload.
 */
export interface Checkpoint {
  /** Bytes that are stored, and stay so whatever process dies. */
  offset: number;
  /** The state of the SHA-256 of these bytes, in base64 (hash-wasm's `save`). Empty at the start. */
  hash: string;
  /** Id under which the last bytes are kept that do not fill a chunk. Null where there are none. */
  tail: string | null;
}

export const EMPTY: Checkpoint = { offset: 0, hash: '', tail: null };

export interface AppendOptions {
  /**
   * When the blob expires at the latest: no later time can be given to `complete`, because a chunk gets its TTL when it is
   * stored. Use the same time in all appends of a blob, such as the expiry of its job.
   */
  expires: Date;
  /** Ends the wait for the source. What has arrived is stored all the same. */
  signal: AbortSignal;
  /**
   * Saves a checkpoint: while the source is read, and at its end. Calls never overlap, and none is made after the append has
   * ended. The first call may be with the checkpoint from which the append began.
   *
   * It must throw when the caller does not hold the upload any more, also where it chooses not to save this checkpoint (an
   * upload whose checksum is not known to be right yet, for example). A call that succeeds proves that no other append has gone on
   * from this checkpoint, and what older appends have left is then deleted. So the document that holds the checkpoint has to be
   * changed by compare-and-set, and whoever takes the upload over has to change that document before it reads the checkpoint.
   */
  save(checkpoint: Checkpoint): Promise<void>;
}

export interface Appended {
  /** The last checkpoint that was saved. */
  checkpoint: Checkpoint;
  /** Why the source ended early; undefined where it was read to its end. */
  error: unknown;
}

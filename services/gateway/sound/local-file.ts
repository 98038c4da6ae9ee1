/** A file on this machine, of which any part can be read. */
export interface LocalFile {
  /** Bytes. */
  size: number;
  /** Returns the bytes from `start` to before `end`. May fail; then whoever reads fails with its error. */
  read: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;
}

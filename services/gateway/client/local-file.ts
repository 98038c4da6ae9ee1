import { ClientError } from './http/errors.ts';

/** A file on this machine, of which any part can be read. */
export interface LocalFile {
  /** Bytes. */
  size: number;
  /** Returns the bytes from `start` to before `end`. May fail; then whoever reads fails with its error. */
  read: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;
}

/** The file is not the one any more that was opened. What was read of it before must not be put together with the rest. */
export class FileChangedError extends ClientError {
  override readonly name = 'FileChangedError';
}

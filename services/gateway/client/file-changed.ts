import { ClientError } from './http/errors.ts';

/** The file is not the one any more that was opened. What was read of it before must not be put together with the rest. */
export class FileChangedError extends ClientError {
  override readonly name = 'FileChangedError';
}

import { createSHA256 } from 'hash-wasm';
import { type DownloadOptions, downloadMp3, type Mp3 } from './download.ts';
import { ClientError } from './http/errors.ts';
import type { Session } from './session/session.ts';

/** The bytes are not those of the MP3. */
export class DamagedMp3Error extends ClientError {
  override readonly name = 'DamagedMp3Error';
}

export interface VerifiedDownloadOptions extends Omit<DownloadOptions, 'from'> {
  /** The first bytes of the MP3, which were received before. */
  received?: AsyncIterable<Uint8Array> | undefined;
  /** Gets the bytes received so far, including those that were received before. */
  onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Yields the bytes of an MP3 that were not received before, and resumes after a lost connection. Throws at the end where all of
 * the bytes together do not have the size and the sha256 of the MP3, so nothing of it may be used before the end.
 * @throws DamagedMp3Error, Mp3ChangedError, ProblemError, UnreachableError
 */
export async function* verifiedDownload(
  session: Session,
  mp3: Mp3,
  { received, onProgress, ...options }: VerifiedDownloadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Web Crypto cannot hash a stream, and is missing on a page that came over plain HTTP.
  const hash = (await createSHA256()).init();
  let size = 0;
  const take = (chunk: Uint8Array) => {
    hash.update(chunk);
    size += chunk.length;
    onProgress?.(size);
  };
  for await (const chunk of received ?? []) take(chunk);
  for await (const chunk of downloadMp3(session, mp3, { ...options, from: size })) {
    take(chunk);
    yield chunk;
  }
  if (size !== mp3.size) throw new DamagedMp3Error(`The MP3 has ${size} bytes and should have ${mp3.size}.`);
  if (hash.digest() !== mp3.sha256) {
    throw new DamagedMp3Error('The MP3 was damaged on the way: its sha256 is wrong.');
  }
}

import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { backoff, type Clock } from './clock.ts';
import { Failure, Problem, Unreachable } from './failure.ts';
import { connectionFailure } from './gateway.ts';
import type { Session } from './session.ts';
import { type Target, writeWhole } from './target.ts';

/** Connections in a row that brought nothing. */
const MAX_FAILURES = 6;

export interface Mp3 {
  /** The job's. */
  id: string;
  /** bytes */
  size: number;
  sha256: string;
}

export interface DownloadOptions {
  clock: Clock;
  signal: AbortSignal;
  stdout: Writable;
  onReceived: (bytes: number) => void;
}

/** Fetches the MP3; what is there at the end has the job's size and sha256. */
export async function downloadMp3(
  session: Session,
  mp3: Mp3,
  target: Target,
  options: DownloadOptions,
): Promise<void> {
  const { signal, stdout } = options;
  const source = () => verified(received(session, mp3, options), mp3, options.onReceived);
  try {
    if (target.kind === 'stdout') await pipeline(source, stdout, { signal, end: false });
    else await writeWhole(target, (into) => pipeline(source, into, { signal }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new Failure('The disk is full.', { cause: error });
    if (code === 'EPIPE') throw new Failure('Whoever reads the standard output has gone.', { cause: error });
    throw error;
  }
}

/** The bytes of the MP3; a connection that breaks off is taken up again where it broke (RFC 9110, 14.2). */
async function* received(session: Session, mp3: Mp3, options: DownloadOptions): AsyncGenerator<Uint8Array> {
  const { clock, signal } = options;
  let size = 0;
  for (let failures = 0; size < mp3.size; ) {
    try {
      const reply = await session.send({
        method: 'GET',
        path: `/download/${mp3.id}`,
        // Node would not mind, but a proxy may compress what has no `identity`.
        headers: {
          'accept-encoding': 'identity',
          ...(size > 0 && { range: `bytes=${size}-`, 'if-range': `"${mp3.sha256}"` }),
        },
        signal,
      });
      if (size > 0 && reply.statusCode !== 206)
        throw new Failure('The MP3 is another one by now; begin again.');
      for await (const piece of reply.body) {
        size += piece.length;
        failures = 0;
        yield piece;
      }
      if (size < mp3.size) throw new Unreachable(`The download from ${session.url} ended early.`);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const reason = connectionFailure(error, session.url);
      const passing = reason instanceof Unreachable || (reason instanceof Problem && reason.status >= 500);
      failures += 1;
      if (!passing || failures === MAX_FAILURES) throw reason;
      await clock.sleep(backoff(failures), signal);
    }
  }
}

async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  mp3: Mp3,
  onReceived: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of bytes) {
    hash.update(piece);
    size += piece.length;
    onReceived(size);
    yield piece;
  }
  if (size !== mp3.size) throw new Failure(`The MP3 has ${size} bytes and should have ${mp3.size}.`);
  if (hash.digest('hex') !== mp3.sha256)
    throw new Failure('The MP3 was damaged on the way: its sha256 is wrong.');
}

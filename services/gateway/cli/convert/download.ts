import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { truncate } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from './clock.ts';
import { BrokenOff, Failure, Problem, Unreachable } from './failure.ts';
import { connectionFailure } from './gateway.ts';
import { createPatience, PATIENCE_MS } from './retry.ts';
import type { Session } from './session.ts';
import { type Part, type Target, writeWhole } from './target.ts';

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

/** The downloaded bytes are not the MP3 of the job. */
class Damaged extends Failure {}

/** Fetches the MP3. A file that gets its final name has the size and the sha256 that the job states. */
export async function downloadMp3(
  session: Session,
  mp3: Mp3,
  target: Target,
  options: DownloadOptions,
): Promise<void> {
  const { signal, stdout } = options;
  /** Yields the bytes that the part does not hold yet. The hash covers all bytes, including those of the part. */
  const source = (part?: Part) => () => verified(session, mp3, part, options);
  if (target.kind === 'stdout') {
    await pipeline(source(), stdout, { signal, end: false }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE')
        throw new Failure('Whoever reads the standard output has gone.', { cause: error });
      if (error.code === 'ENOSPC') throw new Failure('The disk is full.', { cause: error });
      throw error;
    });
    return;
  }
  const fill = (part: Part) =>
    pipeline(source(part), createWriteStream(part.path, { flags: 'a', flush: true }), { signal });
  await writeWhole(target, mp3.sha256, async (part) => {
    try {
      await fill(part);
    } catch (error) {
      if (part.size === 0 || !(error instanceof Damaged)) throw error;
      // The part of an earlier run holds other bytes, for example after a loss of power.
      await truncate(part.path, 0);
      await fill({ ...part, size: 0 });
    }
  });
}

/** Yields the bytes of the MP3 from `from` on. Resumes a lost connection by a range request (RFC 9110, 14.2). */
async function* received(
  session: Session,
  mp3: Mp3,
  from: number,
  { clock, signal }: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const patience = createPatience(PATIENCE_MS, isTemporary);
  for (let size = from; size < mp3.size; ) {
    try {
      const reply = await session.send({
        method: 'GET',
        path: `/download/${mp3.id}`,
        // Without `identity` a proxy may compress the response, and ranges and sizes would no longer match.
        headers: {
          'accept-encoding': 'identity',
          ...(size > 0 && { range: `bytes=${size}-`, 'if-range': `"${mp3.sha256}"` }),
        },
        signal,
      });
      if (size > 0 && reply.statusCode !== 206) {
        await reply.body.dump();
        throw new Damaged('The MP3 is another one by now; begin again.');
      }
      for await (const piece of reply.body) {
        size += piece.length;
        patience.restore();
        yield piece;
      }
      if (size < mp3.size) throw new BrokenOff(`The download from ${session.url} ended early.`);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      await clock.sleep(patience.after(connectionFailure(error, session.url)), signal);
    }
  }
}

const isTemporary = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof Problem && error.status >= 500);

async function* verified(
  session: Session,
  mp3: Mp3,
  part: Part | undefined,
  options: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  const take = (piece: Uint8Array) => {
    hash.update(piece);
    size += piece.length;
    options.onReceived(size);
  };
  if (part && part.size > 0) {
    for await (const piece of createReadStream(part.path, { end: part.size - 1 })) take(piece as Buffer);
  }
  for await (const piece of received(session, mp3, size, options)) {
    take(piece);
    yield piece;
  }
  if (size !== mp3.size) throw new Damaged(`The MP3 has ${size} bytes and should have ${mp3.size}.`);
  if (hash.digest('hex') !== mp3.sha256)
    throw new Damaged('The MP3 was damaged on the way: its sha256 is wrong.');
}

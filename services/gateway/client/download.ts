import type { Clock } from './http/clock.ts';
import { ClientError, ConnectionLostError, ProblemError, UnreachableError } from './http/errors.ts';
import { createRetrySchedule, LONG_WAIT_MS } from './http/retry.ts';
import type { Session } from './session/session.ts';

export interface Mp3 {
  /** Id of the job. */
  id: string;
  /** Bytes. */
  size: number;
  sha256: string;
}

export interface DownloadOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Offset of the first byte. Default: 0. */
  from?: number;
}

/** The gateway no longer has the version of the MP3 whose first bytes were received. */
export class Mp3ChangedError extends ClientError {
  override readonly name = 'Mp3ChangedError';
}

/**
 * Yields the bytes of the MP3 from `from` on. Resumes after a lost connection by a range request (RFC 9110, 14.2). The
 * caller checks size and sha256: Web Crypto cannot hash a stream.
 * @throws Mp3ChangedError, ProblemError, UnreachableError
 */
export async function* downloadMp3(
  session: Session,
  mp3: Mp3,
  { clock, signal, from = 0 }: DownloadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const schedule = createRetrySchedule({ maxWaitMs: LONG_WAIT_MS, alsoTransient: isTransient });
  for (let size = from; size < mp3.size; ) {
    try {
      const reply = await session.send({
        method: 'GET',
        path: `/download/${mp3.id}`,
        headers: rangeFrom(size, mp3.sha256),
        signal,
      });
      if (size > 0 && reply.status !== 206) {
        await reply.discard();
        throw new Mp3ChangedError('The MP3 on the server has changed; start the download again.');
      }
      for await (const chunk of reply.bytes()) {
        size += chunk.length;
        schedule.reset();
        yield chunk;
      }
      if (size < mp3.size) throw new ConnectionLostError(`The download from ${session.url} ended early.`);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      await clock.sleep(schedule.delayAfter(error), signal);
    }
  }
}

const rangeFrom = (offset: number, sha256: string): Record<string, string> => ({
  // Otherwise a proxy may compress the response, and ranges and sizes no longer match. Browsers set this header themselves.
  'accept-encoding': 'identity',
  ...(offset > 0 && { range: `bytes=${offset}-`, 'if-range': `"${sha256}"` }),
});

const isTransient = (error: unknown): boolean =>
  error instanceof UnreachableError || (error instanceof ProblemError && error.status >= 500);

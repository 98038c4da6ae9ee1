import { MAX_END_BYTES, type ProbeResult, probeResult } from '../../shared/jobs/probe.ts';
import type { LocalFile } from '../sound/local-file.ts';
import type { Clock } from './http/clock.ts';
import { retry } from './http/retry.ts';
import type { Session } from './session/session.ts';

/** Enough for most files, and sent in a second. */
const FIRST_END_BYTES = 1024 * 1024;

export interface ProbeOptions {
  /** Query parameters: the options of the conversion. */
  options: Record<string, string>;
  clock: Clock;
  signal: AbortSignal;
  /** Gets the bytes that are sent before each request. */
  onSend?: (bytes: number) => void;
}

/**
 * Asks the gateway what a file is and what its MP3 would be. Sends only the first and the last MiB of it, and more where that is
 * not enough. Repeats the request while the gateway is busy.
 * @throws ProblemError, such as `invalid_option` for a track that the file does not have; ClientError
 */
export async function probeFile(
  session: Session,
  file: LocalFile,
  options: ProbeOptions,
): Promise<ProbeResult> {
  const result = await sendEnds(session, file, FIRST_END_BYTES, options);
  const isAllSent = file.size <= 2 * FIRST_END_BYTES;
  return result.complete || isAllSent ? result : sendEnds(session, file, MAX_END_BYTES, options);
}

async function sendEnds(
  session: Session,
  { size, read }: LocalFile,
  endBytes: number,
  { options, clock, signal, onSend }: ProbeOptions,
): Promise<ProbeResult> {
  const head = Math.min(size, endBytes);
  const tail = Math.min(size - head, endBytes);
  const body = new Blob([await read(0, head), await read(size - tail, size)]);
  const attempt = async () => {
    onSend?.(body.size);
    const reply = await session.send({
      method: 'POST',
      path: '/probe',
      query: { ...options, size: String(size), tail: String(tail) },
      headers: { 'content-type': 'application/octet-stream' },
      body: () => body,
      signal,
    });
    return reply.json(probeResult);
  };
  return retry(attempt, { clock, signal });
}

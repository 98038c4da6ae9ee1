import { open } from 'node:fs/promises';
import { z } from 'zod';
import { isInvokeUrl } from '../../../shared/dapr/names.ts';
import { STATUSES } from '../../../shared/jobs/job.ts';
import type { Clock } from './clock.ts';
import { Failure, Unreachable } from './failure.ts';
import { printable } from './format.ts';
import { connectionFailure, readJson } from './gateway.ts';
import { PATIENCE_MS, retrying } from './retry.ts';
import type { Session } from './session.ts';
import { contentType, type Video } from './video.ts';

const PIECE_BYTES = 256 * 1024;
const accepted = z.object({ id: z.uuid(), status: z.enum(STATUSES) });
export type Accepted = z.infer<typeof accepted>;

export interface UploadOptions {
  /** The idempotency key. A repeated upload with the same key gives the same job, also when the first answer was lost. */
  key: string;
  /** Query parameters: bitrate, quality. */
  options: Record<string, string>;
  clock: Clock;
  signal: AbortSignal;
  /** Gets the bytes sent so far. Starts at 0 again when the file is sent again. */
  onSent: (bytes: number) => void;
  onWait: (error: unknown, seconds: number) => void;
}

/** Streams the file to the gateway. Starts again from the beginning when the gateway is busy or the connection is lost. */
export async function uploadVideo(session: Session, video: Video, options: UploadOptions): Promise<Accepted> {
  const { key, clock, signal, onSent, onWait } = options;
  // A sidecar's invoke buffers a body with a length.
  const isInvoke = isInvokeUrl(session.url);
  const attempt = async () => {
    const reply = await session.send({
      method: 'POST',
      path: '/upload',
      query: { ...options.options, filename: video.name },
      headers: {
        'idempotency-key': key,
        'content-type': contentType(video.name),
        ...(!isInvoke && { 'content-length': String(video.size) }),
      },
      body: () => readFile(video, onSent),
      signal,
    });
    return readJson(reply, accepted, session.url).catch((error: unknown) => {
      throw connectionFailure(error, session.url);
    });
  };
  const also = (error: unknown) => error instanceof Unreachable;
  // After a gateway died during an upload, the key stays taken for about a minute.
  return retrying(attempt, { clock, signal, also, onWait, patienceMs: PATIENCE_MS });
}

/** Yields the file's bytes. Fails where the size differs from the one that was checked. */
async function* readFile(
  { path, name, size }: Video,
  onSent: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const changed = () => new Failure(`${printable(name)} was changed while it was being sent.`);
  const handle = await open(path);
  let sent = 0;
  try {
    onSent(0);
    if ((await handle.stat()).size !== size) throw changed();
    for await (const piece of handle.createReadStream({ end: size - 1, highWaterMark: PIECE_BYTES })) {
      yield piece;
      sent += piece.length;
      onSent(sent);
    }
    if (sent < size) throw changed();
  } finally {
    await handle.close();
  }
}

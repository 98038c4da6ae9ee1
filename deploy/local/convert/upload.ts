import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { Failure, Unreachable } from './failure.ts';
import { printable } from './format.ts';
import { readJson } from './gateway.ts';
import { retrying } from './retry.ts';
import type { Session } from './session.ts';
import { contentType, type Video } from './video.ts';

const PIECE_BYTES = 256 * 1024;
const accepted = z.object({ id: z.uuid() });

export interface UploadOptions {
  /** Query parameters: bitrate, quality. */
  options: Record<string, string>;
  clock: Clock;
  signal: AbortSignal;
  /** How much of the file is sent; goes back to 0 when it is sent again. */
  onSent: (bytes: number) => void;
  onWait: (error: unknown, seconds: number) => void;
}

/** Sends the file as it is read, and again from its start when the gateway is busy. @returns the job's id */
export async function uploadVideo(session: Session, video: Video, options: UploadOptions): Promise<string> {
  const { clock, signal, onSent, onWait } = options;
  let sent = 0;
  const body = () =>
    readFile(video, (bytes) => {
      sent = bytes;
      onSent(bytes);
    });
  // A sidecar's invoke (`--url http://localhost:3500/v1.0/invoke/gateway/method`) buffers what has a length.
  const isInvoke = session.url.includes('/v1.0/invoke/');
  const attempt = async () => {
    sent = 0;
    const reply = await session.send({
      method: 'POST',
      path: '/upload',
      query: { ...options.options, filename: video.name },
      headers: {
        'content-type': contentType(video.name),
        ...(!isInvoke && { 'content-length': String(video.size) }),
      },
      body,
      signal,
    });
    return readJson(reply, accepted, session.url);
  };
  // Before the last byte the gateway cannot have accepted it: sending it again makes no second job.
  const also = (error: unknown) => error instanceof Unreachable && sent > 0 && sent < video.size;
  return (await retrying(attempt, { clock, signal, also, onWait })).id;
}

/** The file's bytes, as many as were seen when it was checked. */
async function* readFile(
  { path, name, size }: Video,
  onSent: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const changed = () => new Failure(`${printable(name)} was changed while it was being sent.`);
  const handle = await open(path);
  let sent = 0;
  onSent(0);
  try {
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

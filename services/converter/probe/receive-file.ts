import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeProbeRequest, type ProbeRequest } from '../../shared/jobs/probe-request.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { INPUT } from '../ffmpeg/untrusted-input.ts';

/** A body of `POST /probe` whose first line has been read. */
export interface ProbeBody {
  request: ProbeRequest;
  /** The bytes that follow the line. */
  parts: AsyncIterable<Uint8Array>;
}

/** Reads the line with the request. Throws `bad_request` for a body that does not begin with one. */
export async function readRequest(body: AsyncIterable<Uint8Array>): Promise<ProbeBody> {
  const iterator = body[Symbol.asyncIterator]();
  for (let begun = Buffer.alloc(0); ; ) {
    const { done, value } = await iterator.next();
    if (done) throw malformed();
    begun = Buffer.concat([begun, value]);
    const decoded = decode(begun);
    if (decoded) return { request: decoded.request, parts: rest(begun.subarray(decoded.length), iterator) };
  }
}

function decode(begun: Buffer): ReturnType<typeof decodeProbeRequest> {
  try {
    return decodeProbeRequest(begun);
  } catch (error) {
    throw malformed(error);
  }
}

async function* rest(first: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}

/**
 * Makes `INPUT` of the parts: a file of the whole size whose middle is a hole, which takes no room on the disk and reads as zeros.
 * Throws `bad_request` where the parts do not have the length that was stated.
 */
export async function writeSparseFile(
  folder: string,
  { request: { size, head, tail }, parts }: ProbeBody,
): Promise<void> {
  await using file = await open(join(folder, INPUT), 'wx', 0o600);
  await file.truncate(size);
  let received = 0;
  for await (const bytes of parts) {
    if (received + bytes.length > head + tail) throw malformed();
    const ofHead = Math.max(0, Math.min(bytes.length, head - received));
    await writeAt(file, bytes.subarray(0, ofHead), received);
    await writeAt(file, bytes.subarray(ofHead), size - tail + (received + ofHead - head));
    received += bytes.length;
  }
  if (received < head + tail) throw malformed();
}

/** Writes all bytes, because one `write` may write fewer. */
async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

const malformed = (cause?: unknown): AppError =>
  new AppError('bad_request', 'the body is not one line of JSON and the parts of a file that it names', {
    cause,
  });

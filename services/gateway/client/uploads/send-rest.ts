import type { LocalFile } from '../../sound/local-file.ts';
import type { Clock } from '../http/clock.ts';
import { ConnectionLostError } from '../http/errors.ts';
import { streamFile } from './file-stream.ts';
import type { Tus } from './tus.ts';

const MEBIBYTE = 1024 * 1024;
const MAX_SLICE_BYTES = 8 * MEBIBYTE;
/** A slice that takes longer is followed by a smaller one, and a faster one by a larger one. */
const SLICE_MS = 2_000;

export interface SendRestPorts {
  clock: Pick<Clock, 'now'>;
  streaming: boolean;
  signal: AbortSignal;
  /** Gets the offset up to which the file was sent. */
  onProgress?: ((offset: number) => void) | undefined;
  /** Gets the offset up to which the gateway has the file. */
  onConfirm: (offset: number) => void;
}

/**
 * Sends the bytes from the offset on: in one request or, where the platform cannot stream the body of a request, slice by slice.
 * The slices are whole MiB, as the gateway stores them, and small on a slow line: such a body reports no progress.
 */
export async function sendRest(
  tus: Tus,
  { id, file, offset: from }: { id: string; file: LocalFile; offset: number },
  { clock, streaming, signal, onProgress, onConfirm }: SendRestPorts,
): Promise<void> {
  let sliceBytes = MEBIBYTE;
  for (let offset = from; offset < file.size; ) {
    const start = offset;
    const began = clock.now();
    if (streaming) {
      const onSent = (bytes: number) => onProgress?.(start + bytes);
      const body = () => streamFile(file, start);
      offset = await tus.patch(id, { offset, size: file.size - offset, body, onSent }, signal);
    } else {
      const slice = new Blob([await file.read(offset, Math.min(file.size, offset + sliceBytes))]);
      offset = await tus.patch(id, { offset, size: slice.size, body: () => slice }, signal);
      const isFast = clock.now() - began < SLICE_MS;
      sliceBytes = isFast ? Math.min(MAX_SLICE_BYTES, sliceBytes * 2) : Math.max(MEBIBYTE, sliceBytes / 2);
    }
    if (offset <= start) throw new ConnectionLostError('The gateway has stored nothing of what was sent.');
    onConfirm(offset);
  }
}

import type { LocalFile } from '../../sound/local-file.ts';

/** Large enough for the speed of a disk, and small enough that progress is smooth on a slow line. */
const PIECE_BYTES = 512 * 1024;

/** A stream of the bytes from `start` on. It reads one piece ahead, while the piece before it is being sent. */
export function streamFile(file: LocalFile, start = 0, pieceBytes = PIECE_BYTES): ReadableStream<Uint8Array> {
  let position = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const end = Math.min(file.size, position + pieceBytes);
        if (end <= position) return controller.close();
        const bytes = await file.read(position, end);
        position = end;
        controller.enqueue(bytes);
      },
    },
    { highWaterMark: 2 },
  );
}

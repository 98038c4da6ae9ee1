import type { IncomingMessage } from 'node:http';
import { anySignal } from '../../../shared/runtime/abort-signals.ts';
import { abortable } from '../../../shared/runtime/abortable.ts';
import { AppError, isAppError } from '../../../shared/runtime/errors.ts';
import type { Pace } from '../../limits/minimum-rate.ts';
import { endIterator, requestBytes } from '../request-stream.ts';

/** The body of a request. */
export interface RequestBody {
  /** For @tus/server, in place of the bytes: it has none, and is open until `close`. */
  stream: ReadableStream<Uint8Array>;
  close(): void;
  /**
   * Yields the bytes, with backpressure. They end early and without an error where the client goes away, the service is to stop, or the
   * signal is aborted, or the client is too slow, so that all that has arrived is stored. The client can go on from there. Throws
   * `too_large` instead of a piece that ends behind `maxBytes` bytes.
   */
  read(options: { maxBytes: number; signal: AbortSignal }): AsyncIterable<Uint8Array>;
  /**
   * Whether the body has bytes beyond these, the number that the reader has got. A reader may stop before it has taken all that was
   * read.
   */
  wasCut(received?: number): boolean;
  /** The error `too_slow` where that ended the bytes. */
  slowness(): AppError | undefined;
}

/**
 * Opens the body of a request. The bytes do not go through the streams of @tus/server: what waits in its five buffers is old to the
 * garbage collector, which then keeps tens of MB of them when many clients send at once.
 */
export function openRequestBody(
  request: IncomingMessage,
  { stoppingSignal, pace }: { stoppingSignal: AbortSignal; pace: Pace },
): RequestBody {
  let hasEnded = false;
  let size = 0;
  let slowness: AppError | undefined;

  async function* read(maxBytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const iterator = requestBytes(request, pace);
    const nextPiece = async () => {
      try {
        return await abortable(iterator.next(), signal);
      } catch (error) {
        if (isAppError(error, 'too_slow')) slowness = error;
        // What has arrived counts.
        return undefined;
      }
    };
    try {
      for (;;) {
        const next = await nextPiece();
        hasEnded = next?.done === true;
        if (!next || next.done) return;
        size += next.value.length;
        pace.count(next.value.length);
        if (size > maxBytes) throw new AppError('too_large', 'the request has more bytes than the upload');
        yield next.value;
      }
    } finally {
      endIterator(iterator);
    }
  }
  return {
    ...silentStream(),
    read: ({ maxBytes, signal }) => read(maxBytes, anySignal(signal, stoppingSignal)),
    wasCut: (received = size) => !hasEnded || received < size,
    slowness: () => slowness,
  };
}

/** A stream without bytes. */
function silentStream(): Pick<RequestBody, 'stream' | 'close'> {
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await closed;
      controller.close();
    },
  });
  return { stream, close };
}

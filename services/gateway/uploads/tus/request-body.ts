import type { IncomingMessage } from 'node:http';
import { abortable } from '../../../shared/runtime/abortable.ts';
import { endIterator, requestBytes } from '../request-stream.ts';

/** The body of a request. */
export interface RequestBody {
  stream: ReadableStream<Uint8Array>;
  /**
   * Whether the body has bytes beyond these, the number that the reader has got. Where a reader is stopped, some of a body that
   * was read to its end may still be in the buffers between them.
   */
  wasCut(received?: number): boolean;
}

/**
 * Streams the body of a request, with backpressure. Where the client goes away, or the service is to stop, the stream ends
 * early and without an error, so that all that has arrived is stored. The client can go on from there.
 */
export function openRequestBody(request: IncomingMessage, stoppingSignal: AbortSignal): RequestBody {
  let hasEnded = false;
  let size = 0;

  async function* pieces(): AsyncGenerator<Uint8Array> {
    const iterator = requestBytes(request);
    try {
      for (;;) {
        const { done, value } = await abortable(iterator.next(), stoppingSignal);
        if (done) break;
        size += value.length;
        yield value;
      }
      hasEnded = true;
    } catch {
      // What has arrived counts.
    } finally {
      endIterator(iterator);
    }
  }
  return {
    stream: ReadableStream.from(pieces()) as ReadableStream<Uint8Array>,
    wasCut: (received = size) => !hasEnded || received < size,
  };
}

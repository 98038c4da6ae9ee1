import { abortable } from '../../shared/runtime/abortable.ts';
import { keepLastBytes } from './last-bytes.ts';

/** The first bytes of a file, followed by its last bytes. They do not overlap. */
export interface Ends {
  pieces: Buffer[];
  headBytes: number;
  tailBytes: number;
  /** Bytes of the whole file. */
  size: number;
}

/**
 * Reads a file to its end and keeps at most `maxBytes` of its beginning and of its end. The rest is discarded as it arrives. Throws
 * what `source` throws, and the reason of the signal.
 */
export async function collectEnds(
  source: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Ends> {
  const iterator = source[Symbol.asyncIterator]();
  const [head, tail] = [keepLastBytes(maxBytes), keepLastBytes(maxBytes)];
  for (;;) {
    const { done, value } = await abortable(iterator.next(), signal);
    if (done) break;
    const ofHead = value.subarray(0, maxBytes - head.total);
    head.add(ofHead);
    tail.add(value.subarray(ofHead.length));
  }
  return {
    pieces: [...head.pieces(), ...tail.pieces()],
    headBytes: head.total,
    tailBytes: Math.min(tail.total, maxBytes),
    size: head.total + tail.total,
  };
}

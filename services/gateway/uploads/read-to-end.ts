import { abortable } from '../../shared/runtime/abortable.ts';
import { tooLarge } from './open-media.ts';

/** Reads and discards a file. Throws `too_large`, and the reason of the signal. */
export async function readToEnd(
  source: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  for (let size = 0; ; ) {
    const { done, value } = await abortable(iterator.next(), signal);
    if (done) return;
    size += value.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
  }
}

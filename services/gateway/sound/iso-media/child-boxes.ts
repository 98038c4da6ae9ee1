import { fourLetters, Unplannable } from './boxes.ts';

export interface ChildBox {
  type: string;
  content: DataView;
  whole: Uint8Array;
}

/** Lists the boxes in `view` from `from` on. @throws Unplannable for a wrong size */
export function* childrenOf(view: DataView, from: number): Generator<ChildBox> {
  const { buffer, byteOffset, byteLength } = view;
  for (let at = from; at < byteLength; ) {
    const size = at + 8 <= byteLength ? view.getUint32(at) : 0;
    if (size < 8 || at + size > byteLength) throw new Unplannable('The size of a box is wrong.');
    yield {
      type: fourLetters(view, at + 4),
      content: new DataView(buffer, byteOffset + at + 8, size - 8),
      whole: new Uint8Array(buffer, byteOffset + at, size),
    };
    at += size;
  }
}

export function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

import type { BufferedFile } from '../buffered-file.ts';

const HEADER_BYTES = 27;
/** RFC 3533, 6. */
export const MAX_PAGE_BYTES = 65_307;
const FIRST_PAGE = 2;

/** A page of one stream. */
export interface Page {
  start: number;
  /** Where it ends. Beyond the end of the file where it is cut. */
  end: number;
  serial: number;
  /** Whether it is the first one of its stream. */
  isFirst: boolean;
  /** Whether a packet ends in it that holds sound or picture, and no header. */
  hasTime: boolean;
  /** Packets that end in it. */
  packets: number;
  /** Where its content begins. */
  content: number;
}

/** Reads the page that begins at `start`. Returns undefined where none does, and `cut` where not even its header is whole. */
export async function readPage(bytes: BufferedFile, start: number): Promise<Page | 'cut' | undefined> {
  const head = await bytes.read(start, HEADER_BYTES + 255);
  if (head.length < HEADER_BYTES) return 'cut';
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const [version = 0, flags = 0] = head.subarray(4, 6);
  if (view.getUint32(0) !== CAPTURE || version !== 0 || flags > 7) return undefined;
  const count = head[HEADER_BYTES - 1] ?? 0;
  const lengths = head.subarray(HEADER_BYTES, HEADER_BYTES + count);
  if (lengths.length < count) return 'cut';
  const content = start + HEADER_BYTES + count;
  const granule = view.getBigInt64(6, true);
  return {
    ...{ start, content, end: content + lengths.reduce((sum, length) => sum + length, 0) },
    ...{ serial: view.getUint32(14, true), isFirst: (flags & FIRST_PAGE) !== 0, hasTime: granule > 0n },
    packets: lengths.reduce((sum, length) => sum + (length < 255 ? 1 : 0), 0),
  };
}

/** The letters `OggS`. */
const CAPTURE = 0x4f676753;

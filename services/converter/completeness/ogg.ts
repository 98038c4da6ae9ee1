import type { ExtentReader } from './extent.ts';

const CAPTURE = 'OggS';
const HEADER_BYTES = 27;
/** Flag of the first page of a stream. */
const FIRST_PAGE = 2;
/** Length of the largest page: RFC 3533, 6. */
const MAX_PAGE_BYTES = 65_307;

/** Ogg states no length. Only a last page that is incomplete proves that the end is missing. */
export const readOgg: ExtentReader = async (file) => {
  const head = await file.read(0, HEADER_BYTES);
  const isFirstPage = ((head[5] ?? 0) & FIRST_PAGE) !== 0 && head[4] === 0;
  if (!isFirstPage || head.toString('latin1', 0, 4) !== CAPTURE) return undefined;
  // Pages are in this window whole, or cut at its end.
  const from = Math.max(0, file.size - 2 * MAX_PAGE_BYTES);
  const tail = await file.read(from, 2 * MAX_PAGE_BYTES);
  const page = lastPage(tail);
  if (page === undefined) return { end: 'unknown' };
  return { end: isCut(tail, page) ? 'cut' : 'whole' };
};

/** Returns the position of the last page in `bytes`, or of what is there of it. */
function lastPage(bytes: Buffer): number | undefined {
  let at = bytes.lastIndexOf(CAPTURE, undefined, 'latin1');
  // The version is always 0, and only three bits of the type are used.
  while (at > 0 && bytes.length >= at + 6 && (bytes[at + 4] !== 0 || (bytes[at + 5] ?? 0) > 7)) {
    at = bytes.lastIndexOf(CAPTURE, at - 1, 'latin1');
  }
  return at < 0 ? undefined : at;
}

function isCut(bytes: Buffer, page: number): boolean {
  const segments = bytes[page + HEADER_BYTES - 1];
  if (segments === undefined) return true;
  const lengths = bytes.subarray(page + HEADER_BYTES, page + HEADER_BYTES + segments);
  const end = page + HEADER_BYTES + segments + lengths.reduce((sum, length) => sum + length, 0);
  if (lengths.length < segments || end > bytes.length) return true;
  const rest = bytes.toString('latin1', end, end + 4);
  // Less than the four letters with which the next page begins.
  return rest !== '' && rest.length < 4 && CAPTURE.startsWith(rest);
}

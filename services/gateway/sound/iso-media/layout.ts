import { type Part, sizeOf } from './box-tree.ts';
import { type Box, type BoxReader, headerOf, Unplannable } from './boxes.ts';
import type { KeptRanges } from './kept-ranges.ts';

/** Boxes with which a film begins. */
const FIRST = ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot', 'styp'];
/** Indexes of places for players that jump. Neither ffmpeg nor the server reads them. */
const JUMP_INDEXES = ['mfra', 'ssix'];
const PADDING = ['free', 'skip', 'wide'];
const MAX_PADDING_BYTES = 64 * 1024;
/** Boxes that are sent as they are: metadata, previews, events. */
const MAX_OTHER_BYTES = 64 * 1024 * 1024;
/** A kind of `free` box makes ffmpeg use the index of fragments. */
const ANEVIA = 0x416e65766961;

/** Lists the boxes of a film. Returns undefined where it is no ISO media. @throws Unplannable where it is not understood */
export async function readFilmBoxes(reader: BoxReader): Promise<Box[] | undefined> {
  if (reader.size < 16) return undefined;
  const head = await reader.read(0, 8);
  const type = String.fromCharCode(...[4, 5, 6, 7].map((at) => head.getUint8(at)));
  if (!FIRST.includes(type)) return undefined;
  const boxes: Box[] = [];
  let otherBytes = 0;
  for await (const box of reader.boxes(0, reader.size)) {
    if (!/^[\x20-\x7e\xa9]{4}$/.test(box.type))
      throw new Unplannable('Something between the boxes is no box.');
    if (!['moov', 'moof', 'mdat', ...PADDING].includes(box.type)) otherBytes += box.end - box.start;
    if (box.type === 'free' && box.end - box.content >= 8) await refuseAnevia(reader, box);
    boxes.push(box);
  }
  if (otherBytes > MAX_OTHER_BYTES)
    throw new Unplannable('The film has too much that is neither sound nor picture.');
  if (boxes.at(-1)?.end !== reader.size) throw new Unplannable('There is something after the last box.');
  return boxes;
}

async function refuseAnevia(reader: BoxReader, { content }: Box): Promise<void> {
  const view = await reader.read(content, 8);
  if (view.getUint32(0) * 2 ** 16 + view.getUint16(4) === ANEVIA)
    throw new Unplannable('The film has a kind of index of its own.');
}

/** Whether a box is left out without a replacement. */
const isLeftOut = ({ type, start, end }: Box): boolean =>
  JUMP_INDEXES.includes(type) || (PADDING.includes(type) && end - start > MAX_PADDING_BYTES);

/** Returns the content of a box. */
export const areaOf = ({ content, end }: Box) => ({ start: content, end });

/**
 * Puts media data that comes before the index of the film behind it, so that the sound can be encoded while it is being uploaded. All
 * other boxes stay in their order, because of two boxes with tags the last one may count. A film in fragments is as good as it is.
 */
export function putIndexFirst(boxes: readonly Box[], moov: Box): readonly Box[] {
  if (moov.isOpen || boxes.some(({ type }) => type === 'moof' || type === 'sidx')) return boxes;
  const at = boxes.indexOf(moov);
  const before = boxes.slice(0, at);
  const isMedia = ({ type }: Box) => type === 'mdat';
  return [...before.filter((box) => !isMedia(box)), moov, ...before.filter(isMedia), ...boxes.slice(at + 1)];
}

/** Where the boxes are in the smaller file. */
export interface Layout {
  /** The start of each box, and the end of the last one, by their places in the film. */
  places: ReadonlyMap<number, number>;
  size: number;
}

/**
 * Says where each box and each kept range is in the smaller file.
 *
 * @param boxes in the order of the smaller file
 * @param changed the new boxes whose sizes are known
 */
export function layOut(
  boxes: readonly Box[],
  changed: ReadonlyMap<Box, readonly Part[]>,
  ranges: KeptRanges,
): Layout {
  const places = new Map<number, number>();
  let at = 0;
  for (const box of boxes) {
    places.set(box.start, at);
    const parts = changed.get(box);
    if (parts) at += sizeOf(parts);
    else if (box.type === 'mdat') at = ranges.place(areaOf(box), at + box.content - box.start);
    else if (!isLeftOut(box)) at += box.end - box.start;
  }
  places.set(boxes.at(-1)?.end ?? 0, at);
  return { places, size: at };
}

/** Returns the parts of the smaller file. */
export function* partsOf(
  boxes: readonly Box[],
  changed: ReadonlyMap<Box, readonly Part[]>,
  ranges: KeptRanges,
): Generator<Part> {
  for (const box of boxes) {
    const parts = changed.get(box);
    if (parts) yield* parts;
    else if (box.type === 'mdat') {
      const kept = [...ranges.within(areaOf(box))];
      yield headerOf(box, sizeOf(kept));
      yield* kept;
    } else if (!isLeftOut(box)) yield box;
  }
}

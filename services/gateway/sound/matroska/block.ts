import { childrenOf, type Element, readUnsigned, vintLength, vintValue } from './ebml.ts';
import type { FilmReader } from './film-reader.ts';
import { ID } from './ids.ts';
import { Unsure } from './unsure.ts';

export interface Block {
  track: number;
  /** Units from the time of its cluster. */
  time: number;
  /** Units. 0 where it is not stated. */
  duration: number;
  isKey: boolean;
}

/** Bytes in front of a block: the number of its track, its time, and flags. */
const HEAD_BYTES = 12;
const KEY = 0x80;
const LACING = 0x06;
const XIPH = 0x02;
const FIXED = 0x04;
/** Blocks with several frames hold small frames. */
const MAX_LACED_BYTES = 1024 * 1024;
/** Bytes of what stands in a group beside its block. */
const MAX_FIELD_BYTES = 64 * 1024;

/**
 * Reads a `SimpleBlock`. Throws {@link Unsure} where ffmpeg would refuse it: ffmpeg then skips all that follows, also sound, up to
 * the next cluster, so that such a block must not be left out.
 */
export async function readSimpleBlock(film: FilmReader, element: Element): Promise<Block> {
  const head = film.peek(element.start, HEAD_BYTES) ?? (await film.load(element.start, HEAD_BYTES));
  const length = element.end - element.start;
  const numberBytes = vintLength(head, 0);
  const number = vintValue(head, 0, numberBytes);
  if (number === undefined || length < numberBytes + 3 || head.length < numberBytes + 3)
    throw new Unsure('no block');
  const flags = head[numberBytes + 2] ?? 0;
  if (flags & LACING) {
    checkLaces((await film.content(element, MAX_LACED_BYTES)).subarray(numberBytes + 3), flags & LACING);
  }
  const time = ((head[numberBytes] ?? 0) << 8) | (head[numberBytes + 1] ?? 0);
  return { track: number, time: (time << 16) >> 16, duration: 0, isKey: (flags & KEY) !== 0 };
}

/** Throws {@link Unsure} unless the sizes of the frames fit into the block. */
function checkLaces(bytes: Uint8Array, lacing: number): void {
  const frames = (bytes[0] ?? 0) + 1;
  if (bytes.length === 0) throw new Unsure('no frame');
  if (lacing === FIXED) {
    if ((bytes.length - 1) % frames !== 0) throw new Unsure('frames of unequal size');
    return;
  }
  const { at, total } = lacing === XIPH ? xiphSizes(bytes, frames) : ebmlSizes(bytes, frames);
  if (at + total > bytes.length) throw new Unsure('the frames exceed the block');
}

function xiphSizes(bytes: Uint8Array, frames: number): { at: number; total: number } {
  let at = 1;
  let total = 0;
  for (let frame = 0; frame < frames - 1; frame++) {
    for (let byte = 0xff; byte === 0xff; at++) {
      byte = bytes[at] ?? 0;
      total += byte;
    }
  }
  return { at, total };
}

/** The size of the first frame, and then the difference of each to the one before it. */
function ebmlSizes(bytes: Uint8Array, frames: number): { at: number; total: number } {
  let at = 1;
  let total = 0;
  let size = 0;
  for (let frame = 0; frame < frames - 1; frame++) {
    const length = vintLength(bytes, at);
    const value = vintValue(bytes, at, length);
    if (value === undefined) throw new Unsure('a frame of unknown size');
    size = frame === 0 ? value : size + value - (2 ** (7 * length - 1) - 1);
    if (size < 0) throw new Unsure('a frame of negative size');
    total += size;
    at += length;
  }
  // ffmpeg reads a size also where there is one frame alone.
  if (frames === 1) throw new Unsure('lacing of one frame');
  return { at, total };
}

/** Reads a `BlockGroup`: a block and what belongs to it. Throws {@link Unsure} as {@link readSimpleBlock} does. */
export async function readBlockGroup(film: FilmReader, group: Element): Promise<Block> {
  let block: Block | undefined;
  let duration = 0;
  let isKey = true;
  for (let at = group.start; at < group.end; ) {
    const element = await film.element(at);
    if (element.end > group.end) throw new Unsure('an element exceeds its group');
    if (element.id === ID.block) {
      if (block) throw new Unsure('two blocks in one group');
      block = await readSimpleBlock(film, element);
    } else if (element.id === ID.blockDuration) {
      duration = readUnsigned(await film.content(element, 8));
    } else if (element.id === ID.reference) {
      isKey = false;
      await film.content(element, 8);
    } else await checkField(film, element);
    at = element.end;
  }
  if (!block) throw new Unsure('a group without a block');
  return { ...block, duration, isKey };
}

async function checkField(film: FilmReader, element: Element): Promise<void> {
  if (element.id === ID.discardPadding || element.id === ID.referencePriority) {
    await film.content(element, 8);
  } else if (element.id === ID.blockAdditions) {
    checkAdditions(await film.content(element, MAX_FIELD_BYTES));
  } else if (element.id !== ID.codecState && element.id !== ID.void) {
    throw new Unsure('an unknown element in a group');
  }
}

function checkAdditions(bytes: Uint8Array): void {
  for (const { id, start, end } of childrenOf(bytes)) {
    if (id !== ID.blockMore) throw new Unsure('an unknown addition');
    for (const field of childrenOf(bytes.subarray(start, end))) {
      const isNumber = field.id === ID.blockAddId && field.end - field.start <= 8;
      if (!isNumber && field.id !== ID.blockAdditional) throw new Unsure('an unknown addition');
    }
  }
}

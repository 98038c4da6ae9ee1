import type { Element } from './ebml.ts';
import type { FilmReader } from './film-reader.ts';
import { ID } from './ids.ts';
import { Unsure } from './unsure.ts';

/** Elements that hold others, below `Info`, `Tracks`, `Tags`, `Chapters` and `Attachments` (RFC 9559). */
const MASTERS: ReadonlySet<number> = new Set([
  ...[ID.info, ID.tracks, ID.tags, ID.chapters, ID.attachments],
  ...[ID.tag, ID.targets, ID.simpleTag, ID.trackEntry, ID.audio],
  ...[ID.contentEncodings, ID.contentEncoding, ID.contentCompression],
  // Encryption, video, colour and its metadata, projection, track operation, mappings of additions.
  ...[0x5035, 0xe0, 0x55b0, 0x55d0, 0x7670, 0xe2, 0xe3, 0xe4, 0x41e4],
  // Edition, chapter, its text, attached file.
  ...[0x45b9, 0xb6, 0x80, 0x61a7],
]);

/** Elements that ffmpeg reads as numbers. */
const NUMBERS: ReadonlySet<number> = new Set([
  ...[0x23e383, 0x2ad7b1, 0x41e7, 0x41f0, 0x4254, 0x4484, 0x44b4, 0x46ae, 0x47e1, 0x5032, 0x5033, 0x53b8],
  ...[0x53c0, 0x54b0, 0x54b2, 0x54ba, 0x55aa, 0x55ab, 0x55ac, 0x55ad, 0x55ae, 0x55af, 0x55b1, 0x55b2, 0x55b3],
  ...[0x55b4, 0x55b5, 0x55b6, 0x55b7, 0x55b8, 0x55b9, 0x55ba, 0x55bb, 0x55bc, 0x55bd, 0x55ee, 0x56aa, 0x56bb],
  ...[
    0x6264, 0x63c4, 0x63c5, 0x63c6, 0x68ca, 0x73c4, 0x73c5, 0x7671, 0x83, 0x88, 0x91, 0x92, 0x9a, 0x9d, 0x9f,
  ],
  ...[0xb0, 0xba, 0xd7, 0xe5, 0xe6],
]);
const FLOATS: ReadonlySet<number> = new Set([
  ...[
    0x23314f, 0x2383e3, 0x4489, 0x55d1, 0x55d2, 0x55d3, 0x55d4, 0x55d5, 0x55d6, 0x55d7, 0x55d8, 0x55d9,
    0x55da,
  ],
  ...[0x7673, 0x7674, 0x7675, 0x78b5, 0xb5],
]);
const FILE_DATA = 0x465c;

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_FILE_BYTES = 256 * 1024 * 1024;
const MAX_DEPTH = 8;

/**
 * Throws {@link Unsure} where ffmpeg would stop at an error within the element. What it does then depends on what stands before and
 * behind, and that is not the same in the smaller file.
 */
export async function requireWellFormed(film: FilmReader, element: Element, depth = 0): Promise<void> {
  if (depth > MAX_DEPTH) throw new Unsure('elements within too many others');
  for (let at = element.start; at < element.end; ) {
    const child = await film.element(at);
    if (child.end > element.end) throw new Unsure('an element exceeds its parent');
    if (MASTERS.has(child.id)) await requireWellFormed(film, child, depth + 1);
    else requireSize(child);
    at = child.end;
  }
}

function requireSize({ id, start, end }: Element): void {
  const bytes = end - start;
  if (NUMBERS.has(id) && bytes > 8) throw new Unsure('a number is too long');
  if (FLOATS.has(id) && ![0, 4, 8].includes(bytes)) throw new Unsure('a number of another size');
  if (bytes > (id === FILE_DATA ? MAX_FILE_BYTES : MAX_BYTES)) throw new Unsure('an element is too large');
}

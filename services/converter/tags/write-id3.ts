import { ID3Writer } from 'browser-id3-writer';
import type { Chapter, Cover, Tags } from './tags.ts';

/** The front cover, in the list of ID3v2.3, 4.15. */
const FRONT_COVER = 3;
/** ISO 639-2 for «undetermined». A file does not say in which language its comment is. */
const UNDETERMINED = 'und';
/** CTOC counts its entries in one byte. */
const MAX_ENTRIES = 255;
/** Times are milliseconds in 32 bits, and the highest number means «none». */
const MAX_TIME = 0xffff_fffe;

/**
 * Returns an ID3v2.3 tag, to be put before the first frame of an MP3. It is empty where there is nothing to say. Chapters
 * must be on the clock of the MP3. Version 2.3 rather than 2.4, because Windows and many players do not read the latter.
 *
 * @see https://id3.org/id3v2.3.0 and https://id3.org/id3v2-chapters-1.0
 */
export function writeId3(tags: Tags, cover?: Cover): Buffer {
  const writer = new ID3Writer(new ArrayBuffer(0));
  let isEmpty = true;
  const set: ID3Writer['setFrame'] = (...frame: [never, never]) => {
    isEmpty = false;
    return writer.setFrame(...frame);
  };
  const { title, artist, album, date, track, genre, comment, chapters } = tags;
  if (title) set('TIT2', title);
  if (artist) set('TPE1', [artist]);
  if (album) set('TALB', album);
  if (track) set('TRCK', track);
  // 4.2.1: a parenthesis at the start is a reference to the list of ID3v1, unless it is doubled.
  if (genre) set('TCON', [genre.replace(/^\(/, '((')]);
  if (comment) set('COMM', { language: UNDETERMINED, description: '', text: comment });
  if (date) {
    const [year = '', month, day] = date.split('-');
    set('TYER', Number(year));
    if (month && day) set('TDAT', `${day}${month}`);
  }
  if (cover) set('APIC', { type: FRONT_COVER, data: arrayBufferOf(cover.bytes), description: '' });
  setChapters(set, chapters);
  if (isEmpty) return Buffer.alloc(0);
  // Padding is for programs that change a tag in place. The type of the library does not declare it.
  Object.assign(writer, { padding: 0 });
  return Buffer.from(writer.addTag());
}

/** Writes the chapters, and a table of contents in one level, or in two where there are more than 255. */
function setChapters(set: ID3Writer['setFrame'], chapters: readonly Chapter[]): void {
  if (chapters.length === 0) return;
  const ids = chapters.map((_, index) => `ch${index}`);
  for (const [index, { start, end, title }] of chapters.entries()) {
    set('CHAP', {
      id: `ch${index}`,
      startTime: milliseconds(start),
      endTime: milliseconds(end),
      subFrames: title ? { TIT2: title } : {},
    });
  }
  const isFlat = ids.length <= MAX_ENTRIES;
  const parts = Array.from({ length: Math.ceil(ids.length / MAX_ENTRIES) }, (_, part) => `part${part}`);
  set('CTOC', { id: 'toc', topLevel: true, ordered: true, childElementIds: isFlat ? ids : parts });
  if (isFlat) return;
  for (const [part, id] of parts.entries()) {
    const childElementIds = ids.slice(part * MAX_ENTRIES, (part + 1) * MAX_ENTRIES);
    set('CTOC', { id, topLevel: false, ordered: true, childElementIds });
  }
}

const milliseconds = (seconds: number) => Math.min(MAX_TIME, Math.round(seconds * 1000));

const arrayBufferOf = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;

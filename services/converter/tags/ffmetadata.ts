import { MAX_ENTRIES } from './probe-output.ts';
import { MAX_CHAPTERS } from './read-tags.ts';
import type { RawChapter, RawTags } from './source-tags.ts';

type Section = Map<string, string>;

/** Streams whose tags are kept. We ask for those of the sound and of the film. */
const MAX_STREAMS = 2;

/**
 * Reads ffmpeg's format `ffmetadata` line by line: the tags of the file first, then those of each stream, and then the chapters.
 * What is beyond the limits is ignored.
 *
 * @see https://ffmpeg.org/ffmpeg-formats.html#Metadata-2
 */
export class Ffmetadata {
  readonly #tags: Section = new Map();
  readonly #streams: Section[] = [];
  readonly #chapters: Section[] = [];
  #section: Section | undefined = this.#tags;

  /** @param line as Latin-1, with its escaped line ends. */
  readLine(line: string): void {
    if (line === '[CHAPTER]') {
      // Keeps one chapter more than allowed, so that the surplus can be told.
      this.#section = this.#chapters.length > MAX_CHAPTERS ? undefined : new Map();
      if (this.#section) this.#chapters.push(this.#section);
      return;
    }
    if (line === '[STREAM]') {
      this.#section = this.#streams.length === MAX_STREAMS ? undefined : new Map();
      if (this.#section) this.#streams.push(this.#section);
      return;
    }
    const [, key, value] = /^((?:\\.|[^\\=])+)=(.*)$/s.exec(line) ?? [];
    if (key === undefined || value === undefined || !this.#section) return;
    const name = unescapeText(key);
    // The times of a chapter come before its tags, which could have the same names.
    if (this.#section.has(name) || this.#section.size >= MAX_ENTRIES) return;
    this.#section.set(name, unescapeText(value));
  }

  tags(): RawTags {
    return Object.fromEntries(this.#tags);
  }

  /** The tags of the streams, in the order in which they were asked for. */
  streams(): RawTags[] {
    return this.#streams.map((section) => Object.fromEntries(section));
  }

  chapters(): RawChapter[] {
    return this.#chapters.map((section) => {
      const [numerator, denominator] = (section.get('TIMEBASE') ?? '').split('/');
      const seconds = (key: string) => (Number(section.get(key)) * Number(numerator)) / Number(denominator);
      const title = section.get('title');
      return { start: seconds('START'), end: seconds('END'), ...(title !== undefined && { title }) };
    });
  }
}

const unescapeText = (text: string): string => text.replace(/\\(.)/gs, '$1');

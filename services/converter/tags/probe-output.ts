import { MAX_CHAPTERS } from './read-tags.ts';
import type { RawChapter, SourcePicture, SourceTags } from './source-tags.ts';

/** Bytes of one line that are kept. The longest field, a comment, needs fewer. */
const MAX_LINE_BYTES = 32 * 1024;
/** Entries of one section that are kept, and streams of one file. */
export const MAX_ENTRIES = 1000;
const MAX_STREAMS = 1000;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;

/**
 * Calls `onLine` with each line as Latin-1, cut at {@link MAX_LINE_BYTES}, so that no line fills the memory. A line end that
 * is escaped by a backslash belongs to its line.
 */
export class BoundedLines {
  #line: Buffer[] = [];
  #size = 0;
  /** Backslashes at the end of the bytes that were written last. */
  #backslashes = 0;
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(bytes: Buffer): void {
    let from = 0;
    for (let to = bytes.indexOf(NEWLINE); to >= 0; to = bytes.indexOf(NEWLINE, to + 1)) {
      if (this.#backslashesBefore(bytes, to) % 2 === 1) continue;
      this.#keep(bytes.subarray(from, to));
      this.end();
      from = to + 1;
    }
    this.#keep(bytes.subarray(from));
    this.#backslashes = this.#backslashesBefore(bytes, bytes.length);
  }

  end(): void {
    this.#onLine(Buffer.concat(this.#line).toString('latin1'));
    this.#line = [];
    this.#size = 0;
  }

  #backslashesBefore(bytes: Buffer, end: number): number {
    let start = end;
    while (bytes[start - 1] === BACKSLASH) start -= 1;
    return end - start + (start === 0 ? this.#backslashes : 0);
  }

  #keep(bytes: Buffer): void {
    const part = bytes.subarray(0, MAX_LINE_BYTES - this.#size);
    if (part.length === 0) return;
    this.#line.push(part);
    this.#size += part.length;
  }
}

type Section = Map<string, string>;

/**
 * Reads ffprobe's `ini` format, one entry a line. JSON would have to be in memory as a whole, and a file may have 100,000
 * chapters or a title of 10 MB.
 */
export class ProbeOutput {
  readonly #sections = new Map<string, Section>();
  #section: Section | undefined;

  readLine(line: string): void {
    const [, name] = /^\[([a-z.0-9]+)\]$/.exec(line) ?? [];
    if (name !== undefined) {
      this.#section = isTooMany(name) ? undefined : new Map();
      if (this.#section) this.#sections.set(name, this.#section);
      return;
    }
    // A `=` in a name is escaped.
    const [, key, value] = /^((?:\\.|[^\\=])+)=(.*)$/s.exec(line) ?? [];
    if (key === undefined || value === undefined || !this.#section) return;
    if (this.#section.size < MAX_ENTRIES) this.#section.set(unescapeText(key), unescapeText(value));
  }

  /** @param audioIndex of the stream that is converted. */
  sourceTags(audioIndex: number): SourceTags {
    const streams = [...Array(MAX_STREAMS).keys()].map((number) => `streams.stream.${number}`);
    const found = streams.filter((name) => this.#sections.has(name));
    const isPicture = (name: string) => this.#get(`${name}.disposition`, 'attached_pic') === '1';
    const indexOf = (name: string) => Number(this.#get(name, 'index'));
    const videos = found.filter((name) => this.#get(name, 'codec_type') === 'video');
    const audio = found.find((name) => indexOf(name) === audioIndex);
    const video = videos.find((name) => !isPicture(name));
    return {
      formatName: this.#get('format', 'format_name') ?? '',
      format: this.#tags('format'),
      audio: audio ? this.#tags(audio) : {},
      video: video ? this.#tags(video) : {},
      chapters: this.#chapters(),
      pictures: videos.filter(isPicture).map((name): SourcePicture => {
        const kind = this.#get(`${name}.tags`, 'comment');
        const codec = this.#get(name, 'codec_name') ?? 'unknown';
        return { index: indexOf(name), codec, ...(kind !== undefined && { kind }) };
      }),
      ...(video && { videoIndex: indexOf(video), videoCodec: this.#get(video, 'codec_name') ?? 'unknown' }),
    };
  }

  #get(section: string, key: string): string | undefined {
    return this.#sections.get(section)?.get(key);
  }

  #tags(section: string): Record<string, string> {
    return Object.fromEntries(this.#sections.get(`${section}.tags`) ?? []);
  }

  #chapters(): RawChapter[] {
    const chapters: RawChapter[] = [];
    for (let number = 0; this.#sections.has(`chapters.chapter.${number}`); number += 1) {
      const name = `chapters.chapter.${number}`;
      const title = this.#get(`${name}.tags`, 'title');
      const [start, end] = [this.#get(name, 'start_time'), this.#get(name, 'end_time')].map(Number);
      chapters.push({
        ...(start !== undefined && { start }),
        ...(end !== undefined && { end }),
        ...(title !== undefined && { title }),
      });
    }
    return chapters;
  }
}

/** Keeps one chapter more than allowed, so that the surplus can be told. */
function isTooMany(section: string): boolean {
  const [, kind, number] = /^(chapters|streams)\.[a-z]+\.(\d+)/.exec(section) ?? [];
  return Number(number) > (kind === 'chapters' ? MAX_CHAPTERS : MAX_STREAMS - 1);
}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Control characters are `\n` and so on, or `\x0001` with the byte in the last two digits. */
const unescapeText = (text: string): string =>
  text.replace(/\\(?:x00([0-9a-f]{2})|(.))/g, (_, code?: string, character = '') =>
    code === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );

import type { BufferedFile } from '../buffered-file.ts';
import { chooseSound, type FilmTrack } from '../choose-sound.ts';
import type { Planner, WantedSound } from '../planner.ts';
import { Segments } from '../segments.ts';
import { MAX_PAGE_BYTES, type Page, readPage } from './pages.ts';

/** Bytes of the start of the film that stay as they are, with all headers and the first times of each stream. */
const HEAD_BYTES = 256 * 1024;
const MAX_HEAD_BYTES = 4_000_000;
/** Pages with a time that each stream has in the start. */
const FIRST_PAGES = 2;
/** The server looks at the streams of the first 200 packets. */
const MAX_HEAD_PACKETS = 150;
/** The end of the film that stays as it is: ffmpeg looks for the last times in the last page, and the server in the last two. */
const TAIL_BYTES = 3 * MAX_PAGE_BYTES;

const SOUND: Readonly<Record<string, string>> = {
  ...{ '\x01vorbis': 'vorbis', OpusHead: 'opus', '\x7fFLAC': 'flac', 'Speex   ': 'speex' },
};
const PICTURES = ['\x80theora', 'BBCD\0', 'OVP80'];
/** A description of the other streams, and subtitles. */
const OTHERS = ['fishead\0', '\x80kate\0\0\0'];

interface Stream {
  kind: 'audio' | 'video' | 'other';
  codec: string | undefined;
  /** Pages that state a time. */
  timed: number;
  /** Packets of all streams before its first page with a time. */
  packetsBefore: number;
}

/** Ogg (.ogv): the start of the film, the pages of one sound, and the end of the film. */
export const planOgg: Planner = async ({ file, bytes }, wanted) => {
  const film = new Film(bytes, wanted);
  let at = 0;
  while (at < bytes.size) {
    const page = await readPage(bytes, at);
    if (page === 'cut') break;
    if (!page || !(await film.add(page))) return undefined;
    at = page.end;
  }
  const track = film.finish(at);
  return track === undefined
    ? undefined
    : { file: film.segments.toFile(file), track, audioTracks: film.audioTracks };
};

class Film {
  readonly segments = new Segments();
  readonly #bytes: BufferedFile;
  readonly #wanted: WantedSound;
  readonly #streams = new Map<number, Stream>();
  readonly #tailStart: number;
  #packets = 0;
  #isHead = true;
  #chosen: Stream | undefined;
  #position = 0;

  constructor(bytes: BufferedFile, wanted: WantedSound) {
    this.#bytes = bytes;
    this.#wanted = wanted;
    this.#tailStart = bytes.size - TAIL_BYTES;
  }

  get audioTracks(): number {
    return [...this.#streams.values()].filter(({ kind }) => kind === 'audio').length;
  }

  /** Returns false where the film is not as it should be. */
  async add(page: Page): Promise<boolean> {
    if (page.isFirst && !(await this.#addStream(page))) return false;
    const stream = this.#streams.get(page.serial);
    if (!stream) return false;
    const isHead = this.#isHead;
    if (isHead && !this.#readHead(stream, page)) return false;
    const isWanted = isHead || stream === this.#chosen || stream.kind === 'other';
    if (isWanted || page.start >= this.#tailStart) {
      this.segments.copy(page.start, Math.min(page.end, this.#bytes.size));
    }
    return true;
  }

  /** Returns the position of the track. @param end where the last page ends */
  finish(end: number): number | undefined {
    if (this.#isHead && !this.#endHead()) return undefined;
    this.segments.copy(end, this.#bytes.size);
    return this.#position;
  }

  /** A stream that begins behind others is the start of another recording. */
  async #addStream({ content, end, serial }: Page): Promise<boolean> {
    const isEarly = this.#packets === this.#streams.size && !this.#streams.has(serial);
    const name = String.fromCharCode(...(await this.#bytes.read(content, Math.min(8, end - content))));
    const isNamed = (known: string) => name.startsWith(known);
    const codec = Object.entries(SOUND).find(([known]) => isNamed(known))?.[1];
    const kind = codec
      ? 'audio'
      : PICTURES.some(isNamed)
        ? 'video'
        : OTHERS.some(isNamed)
          ? 'other'
          : undefined;
    if (!kind || !isEarly) return false;
    this.#streams.set(serial, { kind, codec, timed: 0, packetsBefore: 0 });
    return true;
  }

  #readHead(stream: Stream, page: Page): boolean {
    if (page.hasTime && stream.timed === 0) stream.packetsBefore = this.#packets;
    if (page.hasTime) stream.timed += 1;
    this.#packets += page.packets;
    const streams = [...this.#streams.values()].filter(({ kind }) => kind !== 'other');
    if (page.end < HEAD_BYTES || streams.some(({ timed }) => timed < FIRST_PAGES))
      return page.end < MAX_HEAD_BYTES;
    return this.#endHead();
  }

  #endHead(): boolean {
    this.#isHead = false;
    const sounds = [...this.#streams.values()].filter(({ kind }) => kind === 'audio');
    const tracks = sounds.map(
      ({ codec }, index): FilmTrack => ({
        ...{ position: index + 1, codec, language: null, isEmpty: false },
        ...{ isDefault: false, isDisabled: false, isSecondary: false, isEncrypted: false },
      }),
    );
    // The tags of a track say what it is and in which language.
    const isCertain =
      typeof this.#wanted.track === 'number' || (this.#wanted.track === undefined && tracks.length === 1);
    const chosen = isCertain ? chooseSound('ogg', tracks, this.#wanted) : undefined;
    this.#position = chosen?.position ?? 0;
    this.#chosen = sounds[this.#position - 1];
    return (
      this.#chosen !== undefined && this.#chosen.packetsBefore < MAX_HEAD_PACKETS && this.#chosen.timed > 0
    );
  }
}

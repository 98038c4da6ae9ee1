import { isSecondary } from '../../../shared/tracks/secondary.ts';
import { titleOf } from '../../../shared/tracks/title.ts';
import type { BufferedFile } from '../buffered-file.ts';
import type { FilmTrack } from '../choose-sound.ts';
import { type Chunk, letters, listChunks, number16, number32 } from './riff.ts';

/** A stream by its header. */
export interface Stream {
  kind: 'audio' | 'video' | 'text';
  /** Of sound. */
  track: FilmTrack | undefined;
}

const KINDS: Readonly<Record<string, Stream['kind']>> = { vids: 'video', auds: 'audio', txts: 'text' };
const DISABLED = 1;
const MUST_USE_INDEX = 0x20;
const MAX_HEADER_BYTES = 64 * 1024;
/** The smallest header of sound, without the size of what follows it. */
const SOUND_HEADER_BYTES = 16;

/** By `wFormatTag`, ffmpeg's names. Other names depend on the bits of a sample. */
const CODECS: Readonly<Record<number, string>> = {
  ...{ 2: 'adpcm_ms', 6: 'pcm_alaw', 7: 'pcm_mulaw', 17: 'adpcm_ima_wav', 80: 'mp2', 85: 'mp3' },
  ...{ 255: 'aac', 8192: 'ac3', 8193: 'dts' },
};
const PCM = 1;

/**
 * Reads the headers of all streams from the list `hdrl`. Returns undefined where one of them is not well known, or where the film
 * can only be read by its index.
 */
export async function readStreams(bytes: BufferedFile, list: Chunk): Promise<Stream[] | undefined> {
  const chunks = await listChunks(bytes, list.content, list.end);
  const main = chunks?.find(({ name }) => name === 'avih');
  if (!chunks || !main || main.end - main.content < 16) return undefined;
  if ((number32(await bytes.read(main.content, 16), 12) & MUST_USE_INDEX) !== 0) return undefined;
  const streams: Stream[] = [];
  for (const each of chunks.filter((chunk) => chunk.list === 'strl')) {
    const position = streams.filter(({ kind }) => kind === 'audio').length + 1;
    const stream = await readStream(bytes, each, position);
    if (!stream) return undefined;
    streams.push(stream);
  }
  return streams;
}

async function readStream(bytes: BufferedFile, list: Chunk, position: number): Promise<Stream | undefined> {
  const chunks = (await listChunks(bytes, list.content, list.end)) ?? [];
  const contentOf = async (name: string) => {
    const found = chunks.filter((chunk) => chunk.name === name);
    const [chunk] = found;
    if (!chunk || found.length > 1 || chunk.end - chunk.content > MAX_HEADER_BYTES) return undefined;
    return await bytes.read(chunk.content, chunk.end - chunk.content);
  };
  const header = (await contentOf('strh'))?.slice();
  const format = (await contentOf('strf'))?.slice();
  if (!header || header.length < 48 || !format) return undefined;
  const kind = KINDS[letters(header, 0)];
  if (kind !== 'audio') return kind && { kind, track: undefined };
  if (format.length < SOUND_HEADER_BYTES || (number32(header, 8) & DISABLED) !== 0) return undefined;
  const name = await contentOf('strn');
  const title = titleOf({ title: name && new TextDecoder().decode(name).replace(/\0.*$/s, '') });
  return { kind, track: trackOf(format, title, position) };
}

const trackOf = (format: Uint8Array, title: string | null, position: number): FilmTrack => ({
  ...{ position, codec: codecOf(format), language: null },
  ...{ isDefault: false, isDisabled: false, isEncrypted: false, isEmpty: false },
  isSecondary: isSecondary({ disposition: {}, language: null, title }),
});

function codecOf(format: Uint8Array): string | undefined {
  const tag = number16(format, 0);
  if (tag !== PCM) return CODECS[tag];
  const bits = number16(format, 14);
  if (bits === 8) return 'pcm_u8';
  return [16, 24, 32].includes(bits) ? `pcm_s${bits}le` : undefined;
}

import type { CodecName } from '../corpus/codecs.ts';
import { CONTAINERS, type ContainerName, containerOf } from '../corpus/containers.ts';
import { type Film, makeFilm } from '../corpus/film.ts';
import type { Bench } from '../corpus/workshop.ts';

/** A second is enough: what is hostile lies in headers. */
const SECONDS = 1;

/** Codecs of a container beside the first one that have headers of their own to be mutated. */
const MORE: Partial<Record<ContainerName, readonly CodecName[]>> = {
  mp4: ['opus', 'flac', 'alac'],
  mov: ['pcm_s16le', 'adpcm_ima_qt'],
  mkv: ['vorbis', 'wavpack', 'truehd', 'pcm_s16le'],
  avi: ['pcm_s16le', 'adpcm_ms'],
  ogg: ['opus', 'flac', 'speex'],
  wav: ['pcm_s16le', 'adpcm_ima_wav', 'gsm_ms', 'wmav2'],
  caf: ['alac', 'opus'],
  flv: ['mp3', 'nellymoser'],
  ts: ['ac3', 's302m'],
};

const metadata = (entries: Record<string, string>): string[] =>
  Object.entries(entries).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]);
const TAGS = metadata({
  ...{ title: 'A title', artist: 'Somebody', album: 'An album', date: '2026-11-05', genre: 'Speech' },
  ...{ comment: 'A comment', track: '3/12', lyrics: 'la la la' },
});

/** Films with everything that makes a header rich: tags, chapters, a cover and subtitles. */
const RICH: Record<string, Rich> = {
  'rich mp4': { container: 'mp4', codec: 'aac', cover: 'v:1', subtitles: 'mov_text' },
  'rich mkv': { container: 'mkv', codec: 'flac', subtitles: 'ass' },
  'rich mp3': { container: 'mp3', codec: 'mp3', cover: 'v:0' },
  'rich flac': { container: 'flac', codec: 'flac', cover: 'v:0' },
};

interface Rich {
  container: ContainerName;
  codec: CodecName;
  /** The stream that is the cover, beside the picture of the film. */
  cover?: string;
  /** The codec of the subtitles. */
  subtitles?: string;
}

/** Containers of the other corpus that the converter never opens. */
const REFUSED = new Set(['nut', 'wtv']);

const taken = Object.entries(CONTAINERS).filter(([container]) => !REFUSED.has(container));
const plain = taken.flatMap(([container, { codecs }]) =>
  [...new Set([codecs[0], ...(MORE[container as ContainerName] ?? [])])].map(
    (codec) => [`${container}/${codec}`, { container, codec, seconds: SECONDS } as Film] as const,
  ),
);
const PLAIN: ReadonlyMap<string, Film> = new Map(plain);

/** Every format that the project takes, as `container/codec`. */
export const FORMATS: readonly string[] = [...PLAIN.keys(), ...Object.keys(RICH), 'amr'];
export type FormatName = string;

/** Makes the film of a format with ffmpeg. ffmpeg has no encoder for AMR, so its frames are written here. */
export async function makeFormat(bench: Bench, format: FormatName): Promise<string> {
  const film = PLAIN.get(format);
  if (film) return makeFilm(bench, film);
  if (format === 'amr') return bench.write(amr(50));
  return makeRich(bench, format);
}

/** Frames of AMR at 12.2 kbps. Each has a byte with its type and 31 bytes of sound. @see RFC 4867, 5.3 */
function amr(frames: number): Buffer {
  const sound = Buffer.from(Array.from({ length: 31 }, (_, n) => (n * 37) & 0xff));
  const frame = Buffer.concat([Buffer.from([0x3c]), sound]);
  return Buffer.concat([Buffer.from('#!AMR\n'), ...Array.from({ length: frames }, () => frame)]);
}

async function makeRich(bench: Bench, format: FormatName): Promise<string> {
  const rich = RICH[format];
  if (!rich) throw new Error(`There is no format ${format}.`);
  const { container, codec, cover, subtitles } = rich;
  const film = await makeFilm(bench, { container, codec, seconds: SECONDS });
  const picture = await bench.ffmpeg(
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=32x32:d=1',
    '-frames:v',
    '1',
    '-f',
    'mjpeg',
  );
  const chapters = await bench.write(CHAPTERS);
  const words = await bench.write('1\n00:00:00,000 --> 00:00:00,900\nHello\n\n');
  const inputs = ['-i', film, '-i', chapters, '-i', picture, '-f', 'srt', '-i', words];
  const streams = [
    ...['-map', '0', '-map_chapters', '1', '-c', 'copy'],
    ...(cover ? ['-map', '2:v', `-disposition:${cover}`, 'attached_pic'] : []),
    ...(subtitles ? ['-map', '3:s', '-c:s', subtitles] : []),
  ];
  return bench.ffmpeg(...inputs, ...streams, ...TAGS, ...containerOf(container).mux);
}

const CHAPTERS = `;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=400
title=The first
[CHAPTER]
TIMEBASE=1/1000
START=400
END=1000
title=The second
`;

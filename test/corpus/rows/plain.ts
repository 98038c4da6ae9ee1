import type { CodecName } from '../codecs.ts';
import { CONTAINERS, type ContainerName, containerOf } from '../containers.ts';
import { whole } from '../expected.ts';
import { type Film, makeFilm } from '../film.ts';
import type { Kind, Row } from '../row.ts';

/** A row for a film that needs no more than its description. */
export const filmRow = (kind: Kind, what: string, film: Film): Row => ({
  kind,
  name: `${film.container} · ${film.codec} · ${what}`,
  make: (bench) => makeFilm(bench, film),
  expected: { mp3: whole(film) },
  unpromised: containerOf(film.container).unpromised,
});

/** Every container with every codec, without a fault. */
export const plainRows: Row[] = (Object.keys(CONTAINERS) as ContainerName[]).flatMap((container) =>
  containerOf(container).codecs.map((codec) => filmRow('plain', 'as it is', { container, codec })),
);

const RATES: Film[] = [
  { container: 'wav', codec: 'pcm_s16le', rate: 11_111 },
  { container: 'mkv', codec: 'flac', rate: 96_000 },
  { container: 'flac', codec: 'flac', rate: 88_200 },
  { container: 'aiff', codec: 'pcm_s16be', rate: 192_000 },
  { container: 'caf', codec: 'pcm_s16be', rate: 37_800 },
  { container: 'mov', codec: 'pcm_s16le', rate: 7350 },
  { container: 'mka', codec: 'flac', rate: 47_999 },
  { container: 'mp4', codec: 'aac', rate: 96_000 },
  { container: 'adts', codec: 'aac', rate: 64_000 },
  { container: 'avi', codec: 'pcm_s16le', rate: 11_111 },
  { container: 'mp3', codec: 'mp3', rate: 32_000 },
  { container: 'ts', codec: 'mp2', rate: 32_000 },
  { container: 'flv', codec: 'mp3', rate: 44_100 },
  { container: 'ogg', codec: 'vorbis', rate: 8000 },
  { container: 'm4a', codec: 'alac', rate: 44_100 },
];
const MONO: [ContainerName, CodecName][] = [
  ['mp4', 'aac'],
  ['mkv', 'opus'],
  ['wav', 'pcm_s24le'],
  ['ts', 'ac3'],
  ['flv', 'mp3'],
  ['caf', 'alac'],
  ['aiff', 'pcm_s24be'],
];

/** Rates that MP3 has and does not have, and one channel. */
export const formatRows: Row[] = [
  ...RATES.map((film) => filmRow('plain', `${film.rate} Hz`, film)),
  ...MONO.map(([container, codec]) => filmRow('plain', 'mono', { container, codec, layout: 'mono' })),
];

/** What ffmpeg cannot make, and why. */
export const missingRows: [what: string, why: string][] = [
  ['amr · amr_nb, amr_wb', 'this ffmpeg has no encoder for AMR'],
  ['realmedia · cook', 'ffmpeg has no encoder for Cook'],
  ['ape, musepack, dsf', 'ffmpeg has no encoder for them'],
  ['fragmented mp4 · a jump of 13 h', 'the muxer ends with an assertion: one packet would last too long'],
  ['m2ts · pcm_bluray in 7.1', 'ffmpeg by hand does not decode what its own encoder makes of it'],
  ['mp3 below 32 kHz at 320 kbps', 'LAME lowers the level by 0.45 dB'],
  ['fragmented mp4 · late sound', 'the muxer puts the first packet at zero'],
  ['realmedia · late sound', 'the muxer begins every track at zero'],
  ['mov · a hole in PCM', 'the muxer counts samples of PCM and leaves timestamps out'],
  ['mp4 · a jump of 13 h in sound', 'one packet would last longer than 31 bits of samples'],
  ['avi · late sound, holes', 'AVI has no timestamps; its muxer fills nothing in'],
  ['m4p, wma with DRM', 'no encrypted file can be made without its keys, beside CENC'],
];

import { wave } from '../../bytes/riff.ts';
import type { Bomb } from './bomb.ts';

const silence = (seconds: number, rate = 48_000, layout = 'stereo') => [
  ...['-f', 'lavfi', '-i', `anullsrc=r=${rate}:cl=${layout}:d=${seconds}`],
];

/** Sound that takes little room and is long, or has many channels, and many streams of it. */
export const soundBombs: readonly Bomb[] = [
  ['20 minutes of silence in FLAC', ({ ffmpeg }) => ffmpeg(...silence(1200), '-c:a', 'flac', '-f', 'flac')],
  [
    'an hour of silence in FLAC at 8 kHz',
    ({ ffmpeg }) => ffmpeg(...silence(3600, 8000, 'mono'), '-c:a', 'flac', '-f', 'flac'),
  ],
  [
    'an hour of silence in FLAC at 8 kHz with the longest frames',
    ({ ffmpeg }) =>
      ffmpeg(
        ...silence(3600, 8000, 'mono'),
        ...['-c:a', 'flac', '-strict', '-2', '-frame_size', '65535', '-f', 'flac'],
      ),
  ],
  [
    '20 minutes of silence in Opus',
    ({ ffmpeg }) => ffmpeg(...silence(1200, 48_000, 'mono'), '-c:a', 'libopus', '-b:a', '6k', '-f', 'ogg'),
  ],
  ['20 minutes of silence in ALAC', ({ ffmpeg }) => ffmpeg(...silence(1200), '-c:a', 'alac', '-f', 'ipod')],
  [
    '20 minutes of silence in WavPack',
    ({ ffmpeg }) => ffmpeg(...silence(1200), '-c:a', 'wavpack', '-f', 'wv'),
  ],
  [
    '20 minutes of silence in Matroska',
    ({ ffmpeg }) => ffmpeg(...silence(1200), '-c:a', 'flac', '-f', 'matroska'),
  ],
  [
    '5 minutes at 192 kHz in FLAC',
    ({ ffmpeg }) => ffmpeg(...silence(300, 192_000), '-c:a', 'flac', '-f', 'flac'),
  ],
  ['WAV of 64 channels', () => wave({ channels: 64, bits: 16, rate: 192_000, data: Buffer.alloc(256_000) })],
  ...[2, 255, 256, 1000, 65_535].map(
    (channels): Bomb => [
      `WAV that states ${channels} channels`,
      () => wave({ channels, bits: 8, data: Buffer.alloc(200_000, 'abc') }),
    ],
  ),
  ...[100, 1000].map(
    (count): Bomb => [
      `Matroska of ${count} streams`,
      ({ ffmpeg }) =>
        ffmpeg(
          '-f',
          'lavfi',
          '-i',
          'sine=d=0.1:r=8000',
          ...Array.from({ length: count }, () => ['-map', '0']).flat(),
          '-c:a',
          'pcm_s16le',
          '-f',
          'matroska',
        ),
    ],
  ),
  [
    'MP4 of 500 streams',
    ({ ffmpeg }) =>
      ffmpeg(
        '-f',
        'lavfi',
        '-i',
        'sine=d=0.1',
        ...Array.from({ length: 500 }, () => ['-map', '0']).flat(),
        '-c:a',
        'alac',
        '-f',
        'mp4',
      ),
  ],
  [
    'transport stream of 200 streams',
    ({ ffmpeg }) =>
      ffmpeg(
        '-f',
        'lavfi',
        '-i',
        'sine=d=0.2',
        ...Array.from({ length: 200 }, () => ['-map', '0']).flat(),
        '-c:a',
        'mp2',
        '-f',
        'mpegts',
      ),
  ],
  [
    'picture of 8,192 × 8,192 pixels',
    ({ ffmpeg }) =>
      ffmpeg(
        ...[
          '-f',
          'lavfi',
          '-i',
          'sine=d=0.5',
          '-f',
          'lavfi',
          '-i',
          'color=s=8192x8192:d=0.04',
          '-c:v',
          'png',
        ],
        ...['-map', '0', '-map', '1', '-frames:v', '1', '-c:a', 'aac', '-f', 'matroska'],
      ),
  ],
];

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { media, picture, tone } from '../../../../support/media.ts';
import { edited, probeFile } from './probe-file.ts';

const both = [...picture(4), ...tone(4)];
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const later = ['-output_ts_offset', '90000'];

const mp4 = () => media('a.mp4', ...both, ...x264, '-c:a', 'aac');
const mkv = () => media('a.mkv', ...both, ...x264, '-c:a', 'aac');
const flv = () => media('a.flv', ...both, '-c:v', 'flv', '-c:a', 'mp3');

/** Writes a number over the bytes after a text, at a distance from its start. */
const withNumber = async (
  source: Promise<string>,
  text: string | Buffer,
  distance: number,
  write: (bytes: Buffer, offset: number) => void,
) =>
  edited(await source, `number-${distance}`, (bytes) => {
    write(bytes, bytes.indexOf(text) + distance);
    return undefined;
  });

describe('probe › a clock that starts at 25 hours', { concurrency: 2 }, () => {
  const table: [name: string, source: () => Promise<string>, start: number][] = [
    ['Matroska', () => media('l.mkv', ...both, ...x264, '-c:a', 'aac', ...later), 90_000],
    ['MP4', () => media('l.mp4', ...both, ...x264, '-c:a', 'aac', ...later), 90_000],
    ['FLV', () => media('l.flv', ...both, ...x264, '-c:a', 'aac', ...later), 90_000],
    ['MPEG-TS', () => media('l.ts', ...both, ...x264, '-c:a', 'aac', ...later), 90_001.4],
    [
      'MPEG-PS',
      () => media('l.mpg', ...both, '-c:v', 'mpeg2video', '-r', '25', '-c:a', 'mp2', ...later),
      90_000,
    ],
    ['WMV', () => media('l.wmv', ...both, '-c:v', 'wmv2', '-c:a', 'wmav2', '-output_ts_offset', '900'), 900],
    ['Ogg', () => media('l.ogv', ...both, '-c:v', 'libtheora', '-c:a', 'libvorbis', ...later), 90_000],
  ];
  for (const [name, source, start] of table) {
    it(`does not count as length in ${name}`, async () => {
      const { filmStartSeconds, durationSeconds, tracks, audio } = await probeFile(await source());
      assert.ok(Math.abs(filmStartSeconds - start) < 0.1, `the film starts at ${filmStartSeconds} s`);
      const lengths = [
        durationSeconds,
        audio.expectedSeconds,
        ...tracks.map((track) => track.duration_seconds),
      ];
      for (const length of lengths) assert.ok(length == null || Math.abs(length - 4) < 0.3, `${lengths} s`);
    });
  }

  it('has no length in a live WebM', async () => {
    const source = media('l.webm', ...both, '-c:v', 'libvpx', '-c:a', 'libopus', '-live', '1', ...later);
    const { audio, durationSeconds } = await probeFile(await source);
    assert.deepEqual([audio.expectedSeconds, durationSeconds], [undefined, null]);
  });
});

describe('probe › a header that states a nonsense length', { concurrency: 2 }, () => {
  const afterDuration = 'duration'.length + 1;
  const table: [name: string, source: () => Promise<string>][] = [
    [
      'MP4',
      () => withNumber(mp4(), 'mvhd', 20, (bytes, offset) => bytes.writeUInt32BE(2_000_000_000, offset)),
    ],
    [
      'Matroska',
      () =>
        withNumber(mkv(), Buffer.from([0x44, 0x89, 0x88]), 3, (bytes, offset) =>
          bytes.writeDoubleBE(3.6e12, offset),
        ),
    ],
    [
      'FLV',
      () => withNumber(flv(), 'duration', afterDuration, (bytes, offset) => bytes.writeDoubleBE(1e9, offset)),
    ],
    [
      'FLV, below zero',
      () => withNumber(flv(), 'duration', afterDuration, (bytes, offset) => bytes.writeDoubleBE(-5, offset)),
    ],
    [
      'FLV, not a number',
      () =>
        withNumber(flv(), 'duration', afterDuration, (bytes, offset) =>
          bytes.writeDoubleBE(Number.NaN, offset),
        ),
    ],
    [
      'WAV',
      () =>
        withNumber(media('a.wav', ...tone(4)), 'data', 4, (bytes, offset) =>
          bytes.writeUInt32LE(0xfffffff0, offset),
        ),
    ],
  ];
  for (const [name, source] of table) {
    it(`does not keep ${name} from being converted`, async () => {
      const { audio } = await probeFile(await source());
      assert.equal(audio.position, 1);
      assert.ok(audio.expectedSeconds === undefined || audio.expectedSeconds > 0);
    });
  }
});

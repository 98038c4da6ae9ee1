import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { file, media, picture } from '../../../support/media.ts';
import { convertMedia, lagAt, pcmOf } from './convert-media.ts';

const noise = (rate = 44_100) => ['-f', 'lavfi', '-i', `anoisesrc=c=pink:r=${rate}:d=6:a=0.5:seed=7`];

/** Moves all packets after the third second. `ticks` is the number of ticks a second of the container. */
const shiftAfter3 = (ticks: number, seconds: number) => {
  const shift = `gte(PTS,${3 * ticks})*${Math.round(seconds * ticks)}`;
  return ['-bsf:a', `setts=pts='PTS+${shift}':dts='DTS+${shift}'`];
};
const HOURS_13 = 13 * 3600;
const live = ['-live', '1'];
const fragmented = ['-movflags', 'frag_keyframe+empty_moov', '-frag_duration', '1000000'];
const noLength = ['-flvflags', 'no_duration_filesize'];

describe('createTranscode › a clock that jumps by 13 hours in the middle', { concurrency: 2 }, () => {
  const jump = (name: string, ticks: number, rate: number, ...codec: string[]) =>
    [name, () => media(name, ...noise(rate), ...codec, ...shiftAfter3(ticks, HOURS_13))] as const;
  const table = [
    jump('live.webm', 1000, 48_000, '-c:a', 'libopus', ...live),
    jump('opus.webm', 1000, 48_000, '-c:a', 'libopus'),
    jump('no-length.flv', 1000, 44_100, '-c:a', 'aac', ...noLength),
    jump('length.flv', 1000, 44_100, '-c:a', 'libmp3lame'),
    jump('pcm.mkv', 1000, 44_100, '-c:a', 'pcm_s16le'),
    jump('aac.mp4', 44_100, 44_100, '-c:a', 'aac'),
    jump('fragmented.mp4', 44_100, 44_100, '-c:a', 'aac', ...fragmented),
    jump('alac.mov', 44_100, 44_100, '-c:a', 'alac'),
    jump('mp2.ts', 90_000, 48_000, '-c:a', 'mp2'),
    jump('mp2.mpg', 90_000, 44_100, '-c:a', 'mp2'),
    jump('vorbis.ogg', 44_100, 44_100, '-c:a', 'libvorbis'),
    jump('wma.wma', 1000, 44_100, '-c:a', 'wmav2'),
  ];
  for (const [name, source] of table) {
    it(`is closed, and every sample is kept: ${name}`, async () => {
      const path = await source();
      const reference = await pcmOf(path);
      for (const cores of [1, 2]) {
        const made = await convertMedia(path, { cores });
        assert.equal(made.samples, reference.samples);
        assert.deepEqual(
          made.warnings.map(({ code, seconds }) => [code, Math.round(seconds ?? 0)]),
          [['gap_closed', HOURS_13]],
        );
        for (const at of [0.5, 5.5]) assert.equal(lagAt(made, reference, at), 0, `at ${at} s`);
      }
    });
  }

  it('is where the warning says', async () => {
    const path = await media('at.mkv', ...noise(), '-c:a', 'pcm_s16le', ...shiftAfter3(1000, HOURS_13));
    const { warnings } = await convertMedia(path);
    const { at_seconds = 0, seconds = 0 } = warnings[0] ?? {};
    assert.ok(Math.abs(at_seconds - 3) < 0.03, JSON.stringify(warnings));
    assert.ok(Math.abs(seconds - HOURS_13) < 0.002);
  });
});

describe('createTranscode › a clock that starts far from zero', { concurrency: 2 }, () => {
  const film = (name: string, video: string, audio: string) =>
    media(
      name,
      ...[...picture(6), ...noise(), '-map', '0', '-map', '1', '-c:v', video, '-c:a', audio],
      ...['-output_ts_offset', '93600'],
    );
  const table: [name: string, video: string, audio: string][] = [
    ['a.ts', 'mpeg4', 'mp2'],
    ['a.flv', 'flv', 'aac'],
    ['a.mkv', 'mpeg4', 'ac3'],
    ['a.webm', 'libvpx', 'libvorbis'],
    ['a.mov', 'mpeg4', 'pcm_s16le'],
    ['a.wmv', 'wmv2', 'wmav2'],
  ];
  for (const [name, video, audio] of table) {
    it(`makes no sound too long, and needs no warning: ${name}`, async () => {
      const path = await film(name, video, audio);
      const made = await convertMedia(path, { maxDurationSeconds: 60 });
      assert.equal(made.samples, (await pcmOf(path)).samples);
      assert.deepEqual(made.warnings, []);
    });
  }
});

describe('createTranscode › a clock that is set back', { concurrency: 2 }, () => {
  const back = (name: string, ticks: number, ...codec: string[]) =>
    [name, () => media(name, ...noise(), ...codec, ...shiftAfter3(ticks, -2))] as const;
  const part = () => media('part.ts', ...noise(48_000), '-c:a', 'mp2');
  const twice = async (name: string, one: Promise<string>) => {
    const bytes = await readFile(await one);
    return file(name, Buffer.concat([bytes, bytes]));
  };
  const table: (readonly [string, () => Promise<string>])[] = [
    back('back.ogg', 44_100, '-c:a', 'libvorbis'),
    back('back.mkv', 1000, '-c:a', 'aac'),
    back('back.flv', 1000, '-c:a', 'aac'),
    back('back.wma', 1000, '-c:a', 'wmav2'),
    ['a recording that was appended to itself.ts', () => twice('twice.ts', part())],
  ];
  for (const [name, source] of table) {
    it(`loses no sample: ${name}`, async () => {
      const path = await source();
      const made = await convertMedia(path);
      assert.equal(made.samples, (await pcmOf(path)).samples);
      assert.deepEqual(made.warnings, []);
    });
  }

  it('leaves a later hole as long as it is', async () => {
    const hole = () => media('hole.ts', ...noise(48_000), '-c:a', 'mp2', ...shiftAfter3(90_000, 1));
    const path = await twice('holes.ts', hole());
    const made = await convertMedia(path);
    assert.equal(made.samples, (await pcmOf(path)).samples + 2 * 48_000);
  });

  it('keeps both songs of a chained Ogg file, whose clock begins anew', async () => {
    const song = () => media('song.ogg', ...noise(), '-c:a', 'libvorbis');
    const path = await twice('chained.ogg', song());
    const made = await convertMedia(path);
    assert.equal(made.samples, (await pcmOf(path)).samples);
    assert.ok(made.samples >= 2 * 6 * 44_100);
  });
});

it('createTranscode follows the clock of MPEG-TS where its 33 bits overflow', async () => {
  const overflow = 2 ** 33 / 90_000;
  const offset = ['-output_ts_offset', String(overflow - 4.4), '-mpegts_copyts', '1'];
  const path = await media('overflow.ts', ...noise(48_000), '-c:a', 'mp2', ...offset);
  const made = await convertMedia(path);
  assert.equal(made.samples, (await pcmOf(path)).samples);
  assert.deepEqual(made.warnings, []);
});

describe('createTranscode › AVI, which states no time for its packets', { concurrency: 2 }, () => {
  for (const codec of ['eac3', 'dca', 'ac3', 'libmp3lame', 'pcm_s16le', 'wmav2']) {
    it(`takes no time that ffmpeg guesses for a hole: ${codec}`, async () => {
      const video = ['-c:v', 'mpeg4', '-ac', '2', '-strict', '-2', '-c:a', codec];
      const path = await media(`${codec}.avi`, ...picture(6), ...noise(48_000), ...video);
      const made = await convertMedia(path, { maxDurationSeconds: 10 });
      assert.equal(made.samples, (await pcmOf(path)).samples);
      assert.deepEqual(made.warnings, []);
    });
  }
});

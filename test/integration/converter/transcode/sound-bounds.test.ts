import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { convertFile } from '../../../support/converted.ts';
import { file, media } from '../../../support/media.ts';

const limits = { maxDurationSeconds: 12 * 3600, maxConvertSeconds: 240 };
const silence = (seconds: number, ...output: string[]) => [
  ...['-f', 'lavfi', '-i', `anullsrc=r=44100:cl=mono:d=${seconds}`],
  ...output,
];

/** A WAV whose header states another format. */
async function wav(change: (header: Buffer) => void, bytes = 3000): Promise<string> {
  const whole = await readFile(await media('plain.wav', ...silence(1, '-c:a', 'pcm_u8')));
  const cut = whole.subarray(0, bytes);
  change(cut);
  return file('bomb.wav', cut);
}

/** Packets of a few bytes, almost a minute apart. The silence between them is sound for the MP3. */
const holes = async (packets: number) => {
  // Matroska counts milliseconds.
  const steps = 'setts=ts=N*59000';
  const flac = ['-c:a', 'flac', '-bsf:a', steps, '-frames:a', String(packets)];
  return media(`holes-${packets}.mka`, ...silence(packets, ...flac));
};

const convert = async (path: string, options: ConversionOptions = { quality: 9 }) => {
  await using mp3 = await convertFile(path, options, { limits });
  return mp3.seconds;
};

describe('sound that a file of its size cannot hold', { concurrency: 2 }, () => {
  const bombs: [what: string, source: () => Promise<string>, options?: ConversionOptions][] = [
    ['a WAV of 3 kB at 1 Hz', () => wav((header) => header.writeUInt32LE(1, 24))],
    ['a WAV at 1 MHz', () => wav((header) => header.writeUInt32LE(1e6, 24))],
    [
      '255 channels',
      () =>
        wav((header) => {
          header.writeUInt16LE(255, 22);
          header.writeUInt16LE(255, 32);
        }),
    ],
    ['200 packets a minute apart', () => holes(200)],
    ['the same with normalize', () => holes(200), { quality: 9, normalize: -16 }],
    ['the same from the third hour on', () => holes(200), { quality: 9, start: 10_000 }],
  ];
  for (const [what, source, options] of bombs) {
    it(`is refused: ${what}`, async () => {
      // A conversion that its bound of time or of processor time has ended says something else.
      await assert.rejects(convert(await source(), options), {
        code: 'conversion_failed',
        message:
          /^the (sound of the file has [\d,]+ channels|sound of the file has a sample rate|file makes far more sound)/,
      });
    });
  }

  it('does not include an hour of silence in FLAC', async () => {
    const seconds = await convert(await media('hour.flac', ...silence(3600, '-c:a', 'flac')));
    assert.ok(Math.abs(seconds - 3600) < 1, `${seconds} s`);
  });

  const quiet: [what: string, format: string, output: string[]][] = [
    ['FLAC with the longest frames', 'flac', ['-c:a', 'flac', '-strict', '-2', '-frame_size', '65535']],
    ['WavPack', 'wv', ['-c:a', 'wavpack']],
    ['WavPack of the highest level', 'wv', ['-c:a', 'wavpack', '-compression_level', '8']],
  ];
  for (const [index, [what, format, output]] of quiet.entries()) {
    it(`does not include 30 minutes of silence at 8 kHz in ${what}`, async () => {
      const source = await media(`quiet-${index}.${format}`, ...silence(1800, '-ar', '8000', ...output));
      const seconds = await convert(source);
      assert.ok(Math.abs(seconds - 1800) < 1, `${seconds} s`);
    });
  }

  it('does not include two pauses of almost a minute', async () => {
    const seconds = await convert(await holes(3));
    assert.ok(Math.abs(seconds - 118.1) < 1, `${seconds} s`);
  });
});

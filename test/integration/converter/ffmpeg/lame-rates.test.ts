import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { frameBytes, frameSamples } from '../../../../services/converter/mp3/frame-header.ts';
import { type Frame, readFrames, readTags } from '../../../../services/converter/mp3/frame-reader.ts';
import { BITRATES, maxBitrateAt, SAMPLE_RATES } from '../../../../services/shared/jobs/conversion-options.ts';

const QUALITIES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** White noise in stereo: it needs a high bit rate at any sample rate. */
const NOISE = ['-f', 'lavfi', '-i', 'anoisesrc=d=0.4:r=48000:seed=1,aformat=channel_layouts=stereo'];

interface Output {
  file: string;
  channels: 1 | 2;
  /** kbps, where the bit rate is constant. */
  bitrate?: number;
  arguments: string[];
}

const outputs = (folder: string): Output[] =>
  ([1, 2] as const).flatMap((channels) => [
    ...BITRATES.map((bitrate) => ({
      ...{ channels, bitrate, file: join(folder, `${channels}-b${bitrate}.mp3`) },
      arguments: ['-b:a', `${bitrate}k`],
    })),
    ...QUALITIES.map((quality) => ({
      ...{ channels, file: join(folder, `${channels}-q${quality}.mp3`) },
      arguments: ['-q:a', `${quality}`],
    })),
  ]);

/** One process makes all of the MP3s, because starting 432 of them would take half a minute. */
async function encodeAll(sampleRate: number, all: readonly Output[]): Promise<void> {
  const common = ['-c:a', 'libmp3lame', '-id3v2_version', '0', '-ar', `${sampleRate}`];
  const each = all.flatMap((output) => [
    ...common,
    '-ac',
    `${output.channels}`,
    ...output.arguments,
    output.file,
  ]);
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', ...NOISE, ...each]);
}

async function framesOf(path: string): Promise<Frame[]> {
  return (await Array.fromAsync(readFrames(await readTags(path)))).flat();
}

const kbpsOf = ({ header: { sampleRate, bitrateIndex } }: Frame): number =>
  // Rounded, because the length of a frame is a whole number of bytes.
  Math.round((frameBytes(sampleRate, bitrateIndex) * sampleRate) / (frameSamples(sampleRate) * 125));

describe('LAME in ffmpeg', () => {
  for (const sampleRate of SAMPLE_RATES) {
    it(`makes what is asked for at ${sampleRate} Hz, up to ${maxBitrateAt(sampleRate)} kbps`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mp3converter-rates-'));
      try {
        const all = outputs(folder);
        await encodeAll(sampleRate, all);
        for (const { file, channels, bitrate } of all) {
          const frames = await framesOf(file);
          assert.ok(frames.length > 5, file);
          for (const frame of frames) {
            assert.deepEqual([frame.header.sampleRate, frame.header.channels], [sampleRate, channels], file);
            // The rules for options refuse what LAME changes, and nothing else.
            const made = bitrate && Math.min(bitrate, maxBitrateAt(sampleRate));
            if (made) assert.equal(kbpsOf(frame), made, file);
          }
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }
});

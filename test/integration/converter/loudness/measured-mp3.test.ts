import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OUTPUT, untrustedInput } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { verify } from '../../../../services/converter/ffmpeg/verify.ts';
import { measureLoudness } from '../../../../services/converter/loudness/measure.ts';
import { media } from '../../../support/media.ts';
import { ffmpeg, tools } from '../../../support/tools.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-measured-'));
});
after(() => rm(root, { recursive: true }));

const lavfi = (source: string) => ['-f', 'lavfi', '-i', source];
const noise = (color: string, seconds: number, fields = '') =>
  lavfi(`anoisesrc=c=${color}:d=${seconds}:seed=1${fields}`);
const wave = (expression: string, seconds: number, fields = '') =>
  lavfi(`aevalsrc='${expression}':d=${seconds}${fields}`);

const SOUNDS: [what: string, args: string[]][] = [
  ['a tone', wave('0.5*sin(2*PI*440*t)|0.5*sin(2*PI*440*t)', 5)],
  ['a tone in the left channel', wave('0.5*sin(2*PI*440*t)|0', 5)],
  ['mono at 44,100 Hz', wave('0.3*sin(2*PI*1000*t)', 5)],
  ['deep bass', wave('0.6*sin(2*PI*35*t)|0.6*sin(2*PI*35*t)', 5, ':s=48000')],
  ['treble', wave('0.3*sin(2*PI*9000*t)|0.3*sin(2*PI*9100*t)', 5)],
  ['a square wave above full scale', [...wave('sgn(sin(2*PI*220*t))', 5), '-b:a', '64k']],
  ['pink noise', [...noise('pink', 6, ':a=0.5'), '-ac', '2']],
  ['white noise at full scale', [...noise('white', 6, ':a=1:r=48000'), '-b:a', '320k']],
  ['brown noise at 8 kHz', noise('brown', 6, ':a=0.8:r=8000')],
  ['pink noise at 11,025 Hz', noise('pink', 6, ':a=0.3:r=11025')],
  ['noise at 22,050 Hz', [...noise('violet', 6, ':a=0.4:r=22050'), '-ac', '2']],
  [
    'music that is limited hard',
    [...noise('pink', 6, ':a=1'), '-af', 'volume=12dB,alimiter=limit=0.95:level=false'],
  ],
  [
    'speech with pauses',
    [...noise('pink', 8, ':a=0.4'), '-af', "volume='if(lt(mod(t,2),0.8),1,0.001)':eval=frame"],
  ],
  ['a crescendo', wave('pow(10,(t-10)/5)*sin(2*PI*700*t)', 10)],
  // None is at the start, where ffmpeg's resampler invents a sound before the first sample.
  ['clicks', wave('0.9*lt(mod(n+5000,11025),3)', 5)],
  ['half a second', wave('0.5*sin(2*PI*440*t)', 0.5)],
  ['a very quiet tone', wave('0.002*sin(2*PI*1000*t)', 5)],
];

describe('verify › the loudness of an MP3', { concurrency: 2 }, () => {
  for (const [what, args] of SOUNDS) {
    it(`is the same as by ffmpeg's filter ebur128, to 0.1 LU and 0.2 dB: ${what}`, async () => {
      const folder = await mkdtemp(join(root, 'sound-'));
      const path = await media(`${what.replace(/\W+/g, '-')}.mp3`, ...args);
      await copyFile(path, join(folder, OUTPUT));
      const { signal } = new AbortController();
      const { sound } = await verify({
        ...tools,
        folder,
        maxDurationSeconds: 60,
        signal,
      });
      const input = [...untrustedInput, '-f', 'mp3', '-i', OUTPUT];
      const expected = await measureLoudness({ ffmpeg, folder, signal, timeoutSeconds: 240, input });
      // ffmpeg prints its values rounded to a tenth.
      near(sound.integrated, expected.integrated, 0.15, 'LUFS');
      near(sound.truePeak, expected.truePeak, 0.25, 'dBTP');
    });
  }

  it('is unknown for silence', async () => {
    const folder = await mkdtemp(join(root, 'sound-'));
    await copyFile(await media('silence.mp3', ...lavfi('anullsrc=d=2')), join(folder, OUTPUT));
    const { signal } = new AbortController();
    const { sound, seconds } = await verify({
      ...tools,
      folder,
      maxDurationSeconds: 60,
      signal,
    });
    assert.ok(Math.abs(seconds - 2) < 0.1);
    assert.deepEqual([sound.integrated, sound.truePeak], [undefined, undefined]);
    assert.deepEqual(new Set(sound.peaks), new Set([0]));
  });
});

function near(
  actual: number | undefined,
  expected: number | undefined,
  tolerance: number,
  unit: string,
): void {
  const isNear = actual !== undefined && expected !== undefined && Math.abs(actual - expected) <= tolerance;
  assert.ok(isNear, `${actual} and not ${expected} ${unit}`);
}

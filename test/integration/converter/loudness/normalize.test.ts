import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { measureLoudness } from '../../../../services/converter/loudness/measure.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { convertFile } from '../../../support/converted.ts';
import { file, media } from '../../../support/media.ts';
import { ffmpeg } from '../../../support/tools.ts';

const measure = (path: string) =>
  measureLoudness({
    ffmpeg,
    input: ['-i', path],
    ...{ folder: '.', signal: new AbortController().signal, timeoutSeconds: 240 },
  });

/** Eight seconds of sound, given by an expression of ffmpeg. */
const sound = (name: string, expression: string, ...shape: string[]) =>
  media(name, '-f', 'lavfi', '-i', `aevalsrc='${expression}':s=48000:d=8`, ...shape);

const NOISE = '(random(0)-0.5)';
const WORDS = 'gt(sin(2*PI*0.9*t),-0.4)*(0.6+0.4*sin(2*PI*3*t))';
/** A recording of television whose channels change midway, and whose end is silent. */
async function mixedChannels(): Promise<string> {
  const mp2 = async (expression: string, channels: string) =>
    readFile(await sound('part.ts', expression, '-t', '3', '-ac', channels, '-c:a', 'mp2'));
  const parts = [mp2(`0.1*${NOISE}`, '1'), mp2(`0.1*${NOISE}|0.1*${NOISE}`, '2'), mp2('0', '1')];
  return file('channels.ts', Buffer.concat(await Promise.all(parts)));
}

/** Sound of which most packets cannot be decoded. */
const damaged = () =>
  sound('damaged.mkv', `0.1*${NOISE}`, '-c:a', 'aac', '-bsf:a', "noise=amount='gte(n,60)*2'");

const CLICKS = '0.7*lt(mod(t,1.3),0.004)*sin(2*PI*900*t)';

describe('normalize', { concurrency: 2 }, () => {
  const table: [
    title: string,
    source: () => Promise<string>,
    options: ConversionOptions & { normalize: number },
  ][] = [
    ['lowers loud music', () => sound('loud.flac', `1.9*${NOISE}`, '-ac', '2'), { normalize: -16 }],
    ['raises quiet music', () => sound('quiet.flac', `0.02*${NOISE}`, '-ac', '2'), { normalize: -16 }],
    [
      'raises quiet speech with hard clicks',
      () => sound('clicks.wav', `0.1*${NOISE}*${WORDS}+${CLICKS}`),
      { normalize: -16 },
    ],
    [
      'reaches the loudness of broadcasts',
      () => sound('speech.m4a', `0.3*${NOISE}*${WORDS}`),
      { normalize: -23 },
    ],
    [
      'reaches the loudness of streaming services',
      () => sound('song.mkv', `0.3*${NOISE}`, '-c:a', 'libopus'),
      { normalize: -14 },
    ],
    [
      'mixes 5.1 down before it measures',
      () =>
        sound(
          'film.mka',
          `0.4*${NOISE}|0.4*${NOISE}|0.2*${NOISE}|0|0.3*${NOISE}|0.3*${NOISE}`,
          '-c:a',
          'ac3',
          '-ac',
          '6',
        ),
      { normalize: -16 },
    ],
    ['measures mono', () => sound('mono.wav', `0.05*${NOISE}*${WORDS}`), { normalize: -19, channels: 1 }],
    [
      'keeps to the loudness at a low bit rate',
      () => sound('low.wav', `0.05*${NOISE}+${CLICKS}`),
      { normalize: -16, bitrate: 32 },
    ],
    ['measures the whole of a recording that changes its channels midway', mixedChannels, { normalize: -16 }],
    ['measures what can be decoded of sound that is mostly damaged', damaged, { normalize: -16 }],
    [
      'measures only what start and end select',
      () => sound('parts.flac', `${NOISE}*if(lt(t,4),1,0.01)`),
      { normalize: -16, start: 4.5 },
    ],
  ];
  for (const [title, source, options] of table) {
    it(`${title}: the MP3 has ${options.normalize} LUFS, and peaks of -1 dBTP at most`, async () => {
      await using mp3 = await convertFile(await source(), options);
      const { integrated = Number.NaN, truePeak = Number.NaN } = await measure(mp3.path);
      assert.ok(Math.abs(integrated - options.normalize) <= 0.5, `it has ${integrated} LUFS`);
      assert.ok(truePeak <= -1, `it has ${truePeak} dBTP`);
      assert.deepEqual([mp3.sound.integrated, mp3.sound.truePeak], [integrated, truePeak]);
      assert.ok(!mp3.warnings.some(({ code }) => code === 'limited'));
    });
  }

  it('keeps the length, to the sample, also where peaks are limited', async () => {
    const source = await sound('clicks.wav', `0.1*${NOISE}*${WORDS}+${CLICKS}`);
    await using mp3 = await convertFile(source, { normalize: -16 });
    assert.equal(mp3.seconds, 8);
  });

  it('fails with the reason of a conversion where nothing can be decoded', async () => {
    const source = await media(
      'noise.mkv',
      ...['-f', 'lavfi', '-i', 'sine=d=3', '-c:a', 'aac', '-bsf:a', 'noise=amount=1'],
    );
    const [plain, normalized] = await Promise.allSettled([
      convertFile(source),
      convertFile(source, { normalize: -16 }),
    ]);
    assert.equal(plain.status, 'rejected');
    assert.equal(normalized.status, 'rejected');
    assert.deepEqual(normalized.reason, plain.reason);
  });

  it('leaves silence as it is, and warns', async () => {
    await using mp3 = await convertFile(await sound('silence.flac', '0'), { normalize: -16 });
    assert.deepEqual(
      mp3.warnings.map(({ code }) => code),
      ['limited'],
    );
  });
});

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkEncoded } from '../../../../services/converter/ffmpeg/check-encoded.ts';
import { encode } from '../../../../services/converter/ffmpeg/encode.ts';
import { encodeArguments } from '../../../../services/converter/ffmpeg/encode-arguments.ts';
import { encodeInParallel } from '../../../../services/converter/ffmpeg/encode-in-parallel.ts';
import type { Encoded, EncodeRequest } from '../../../../services/converter/ffmpeg/encode-request.ts';
import type { AudioTrack } from '../../../../services/converter/ffmpeg/probe/probe.ts';
import { runEncoder } from '../../../../services/converter/ffmpeg/run-encoder.ts';
import { INPUT, OUTPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { measureLoudness } from '../../../../services/converter/loudness/measure.ts';
import { joinParts } from '../../../../services/converter/meter/sound-meter.ts';
import { audioTrack } from '../../../support/audio-track.ts';
import { encodeRequest } from '../../../support/encode-request.ts';
import { media } from '../../../support/media.ts';
import { ffmpeg } from '../../../support/tools.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-metered-'));
});
after(() => rm(root, { recursive: true }));

interface Sound {
  name: string;
  seconds: number;
  rate: number;
  channels: number;
  encoding: string[];
}

const sound = (fields: Partial<Sound> = {}): Sound => ({
  ...{ name: 'a.wav', seconds: 4, rate: 44_100, channels: 2, encoding: [] },
  ...fields,
});

/** Pink noise that gets louder, and a click. It differs in each channel. */
const make = ({ name, seconds, rate, channels, encoding }: Sound) => {
  const wave = (channel: number) =>
    `(random(${channel})-0.5)*(0.1+t/${seconds}/2)+0.4*sin(${440 + 100 * channel}*t)*lt(mod(t,1),0.5)`;
  const waves = Array.from({ length: channels }, (_, channel) => wave(channel)).join('|');
  return media(name, '-f', 'lavfi', '-i', `aevalsrc='${waves}':s=${rate}:d=${seconds}`, ...encoding);
};

async function requestFor(
  shape: Sound,
  fields: Partial<EncodeRequest> = {},
  stated: Partial<AudioTrack> = {},
): Promise<EncodeRequest> {
  const folder = await mkdtemp(join(root, 'attempt-'));
  await copyFile(await make(shape), join(folder, INPUT));
  const { rate, channels, seconds } = shape;
  const channelLayout = channels === 6 ? '5.1' : undefined;
  const audio = audioTrack({
    ...{ sampleRate: rate, channels, channelLayout, expectedSeconds: seconds },
    ...stated,
  });
  return encodeRequest({ folder, audio, inputBytes: 1e8, ...fields });
}

const pathOf = ({ folder }: EncodeRequest) => join(folder, OUTPUT);
const check = (request: EncodeRequest, measured: Encoded['measured']) =>
  checkEncoded({ ...request, maxDurationSeconds: 60 }, measured);

describe('encode › the MP3 of which the sound is measured meanwhile', { concurrency: 2 }, () => {
  const CASES: [what: string, shape: Sound, fields: Partial<EncodeRequest>][] = [
    ['at a variable bit rate', sound(), {}],
    ['at a constant bit rate', sound(), { options: { bitrate: 128 } }],
    ['of mono', sound({ channels: 1 }), {}],
    ['of mono that becomes stereo', sound({ channels: 1 }), { options: { channels: 2 } }],
    ['of stereo that becomes mono', sound(), { options: { channels: 1, bitrate: 64 } }],
    ['of six channels', sound({ channels: 6, rate: 48_000 }), {}],
    ['that is resampled', sound({ rate: 96_000 }), {}],
    ['that gets a low sample rate', sound(), { options: { sample_rate: 22_050 } }],
    ['of a part of the sound', sound(), { options: { start: 0.5, end: 2.00001 } }],
    ['with another level', sound(), { gain: { gain: -3, ceiling: undefined } }],
    ['behind a limiter', sound(), { gain: { gain: 9, ceiling: -1.4 } }],
    ['of 8 bits', sound({ encoding: ['-c:a', 'pcm_u8'] }), {}],
    ['of 24 bits', sound({ encoding: ['-c:a', 'pcm_s24le'] }), {}],
    ['of floating point', sound({ encoding: ['-c:a', 'pcm_f64le'] }), {}],
    ['of AAC', sound({ name: 'a.m4a', encoding: ['-c:a', 'aac'] }), {}],
    ['of FLAC', sound({ name: 'a.flac' }), {}],
  ];
  for (const [what, shape, fields] of CASES) {
    it(`is byte for byte the one that is not measured: ${what}`, async () => {
      const request = await requestFor(shape, fields);
      const { folder, signal } = request;
      const plain = encodeArguments({ ...request, listsPackets: false });
      assert.ok(plain.includes('-af'));
      await runEncoder(ffmpeg, plain, {
        ...{ folder, writes: [OUTPUT], signal, listsPackets: false, onTime: () => undefined },
        timeoutSeconds: 240,
      });
      const expected = await readFile(pathOf(request));
      const { measured, decoded } = await encode(request);
      assert.ok((await readFile(pathOf(request))).equals(expected), 'the MP3 differs');
      assert.equal(decoded.rates.length, 1, 'the filters are set up once');
      const checked = await check(request, measured);
      assert.ok(checked.seconds > 1 && checked.sound.peaks.length === 1000);
    });
  }
});

describe('encode › what is measured meanwhile', { concurrency: 2 }, () => {
  const CASES: [what: string, shape: Sound, fields: Partial<EncodeRequest>][] = [
    ['stereo', sound(), {}],
    ['mono', sound({ channels: 1 }), {}],
    ['a low sample rate', sound({ rate: 22_050 }), {}],
    ['a constant bit rate', sound(), { options: { bitrate: 320 } }],
  ];
  for (const [what, shape, fields] of CASES) {
    it(`is the loudness and the true peak of the source, as ffmpeg's filter ebur128 has them: ${what}`, async () => {
      const request = await requestFor(shape, fields);
      const { measured } = await encode(request);
      const { sound: found } = await check(request, measured);
      const { folder, signal, inputArguments } = request;
      const input = [...inputArguments, '-i', INPUT];
      const expected = await measureLoudness({ ffmpeg, folder, signal, timeoutSeconds: 240, input });
      assert.ok(
        Math.abs((found.integrated ?? 0) - (expected.integrated ?? 0)) <= 0.15,
        `${found.integrated}`,
      );
      assert.ok(Math.abs((found.truePeak ?? 0) - (expected.truePeak ?? 0)) <= 0.25, `${found.truePeak}`);
    });
  }

  const PARALLEL: [what: string, shape: Sound, fields: Partial<EncodeRequest>, statedSeconds?: number][] = [
    ['in two parts', sound({ seconds: 21.3 }), {}],
    ['in three parts', sound({ seconds: 33 }), {}],
    ['at a constant bit rate', sound({ seconds: 40 }), { options: { bitrate: 128 } }],
    ['in mono, at a low sample rate', sound({ seconds: 31, rate: 11_025, channels: 1 }), {}],
    ['with an end', sound({ seconds: 40, rate: 48_000 }), { options: { start: 1, end: 33.33 } }],
    ['of a file that states a part too much', sound({ seconds: 21 }), {}, 60],
    ['of a file that states a little too much', sound({ seconds: 20 }), {}, 37.35],
  ];
  for (const [what, shape, fields, expectedSeconds = shape.seconds] of PARALLEL) {
    it(`is the same by several processes as by one: ${what}`, async () => {
      const request = await requestFor(shape, fields, { expectedSeconds });
      const one = await check(request, (await encode(request)).measured);
      const audio = { ...request.audio, expectedSeconds, sampleRate: shape.rate };
      const parts = what.includes('three') ? 3 : 2;
      const { measured } = await encodeInParallel({ ...request, audio, parts });
      const several = await check(request, measured);
      assert.equal(measured?.parts.length, parts);
      assert.ok(Math.abs(several.seconds - one.seconds) < 0.001, `${several.seconds} and not ${one.seconds}`);
      const together = joinParts(measured?.parts ?? [], 1000);
      assert.equal(samplesOf(measured), Math.round(one.seconds * (measured?.format.sampleRate ?? 0)));
      for (const field of ['integrated', 'truePeak'] as const) {
        const difference = Math.abs((together[field] ?? 0) - (one.sound[field] ?? 0));
        assert.ok(difference < 0.01, `${field}: ${together[field]} and not ${one.sound[field]}`);
      }
      const wrong = together.peaks.filter(
        (peak, part) => Math.abs(peak - (one.sound.peaks[part] ?? 0)) > 0.1,
      );
      // Where two parts of the waveform meet, either may get a click.
      assert.ok(wrong.length <= 30, `${wrong.length} parts of the waveform differ`);
    });
  }
});

describe('checkEncoded', { concurrency: 2 }, () => {
  it('measures the MP3 itself where the decoder finds more channels than the file states', async () => {
    const request = await requestFor(sound(), {}, { channels: 1 });
    const { measured } = await encode(request);
    assert.equal(measured?.format.channels, 1);
    const right = await requestFor(sound());
    const expected = await check(right, (await encode(right)).measured);
    const { sound: found } = await check(request, measured);
    // One channel alone would have 3 LU less. LAME takes the highest frequencies away.
    assert.ok(Math.abs((found.integrated ?? 0) - (expected.sound.integrated ?? 0)) < 0.5);
  });

  it('measures the MP3 itself where the number of channels was not known before', async () => {
    const request = await requestFor(sound(), {}, { channels: undefined });
    const { measured } = await encode(request);
    assert.equal(measured, undefined);
    assert.ok((await check(request, measured)).sound.integrated !== undefined);
  });

  for (const difference of [-1, 1152]) {
    it(`refuses an MP3 of ${difference} samples more than were encoded`, async () => {
      const request = await requestFor(sound());
      const { measured } = await encode(request);
      const [part] = measured?.parts ?? [];
      assert.ok(measured && part);
      const maxima = { ...part.maxima, samples: part.maxima.samples - difference };
      const other = { ...measured, parts: [{ ...part, maxima }] };
      await assert.rejects(check(request, other), { code: 'conversion_failed' });
    });
  }

  it('refuses an MP3 that was damaged', async () => {
    const request = await requestFor(sound());
    const { measured } = await encode(request);
    await copyFile(await make(sound()), pathOf(request));
    await assert.rejects(check(request, measured), { code: 'conversion_failed' });
  });
});

const samplesOf = (measured: Encoded['measured']): number =>
  measured?.parts.reduce((sum, { maxima }) => sum + maxima.samples, 0) ?? 0;

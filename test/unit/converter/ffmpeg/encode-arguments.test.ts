import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decodeArguments,
  encodeArguments,
  maxOutputBytes,
} from '../../../../services/converter/ffmpeg/encode-arguments.ts';
import type { AudioTrack } from '../../../../services/converter/ffmpeg/probe/probe.ts';
import { untrustedInput } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { audioTrack } from '../../../support/audio-track.ts';
import { encodeRequest } from '../../../support/encode-request.ts';

const argumentsFor = (
  track: Partial<AudioTrack> = {},
  options: ConversionOptions = { quality: 2 },
  fields: Partial<Parameters<typeof encodeArguments>[0]> = {},
) =>
  encodeArguments({ ...encodeRequest({ audio: audioTrack(track), options }), listsPackets: true, ...fields });
const valueAfter = (args: string[], name: string) =>
  args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
const filters = (args: string[]) => valueAfter(args, '-af') ?? '';

describe('encodeArguments', () => {
  it('puts the guards of the input before its name', () => {
    const args = argumentsFor({ index: 3 });
    const before = args.slice(0, args.indexOf('-i')).join(' ');
    assert.ok(before.includes(untrustedInput.join(' ')));
    assert.match(before, /-nostdin .*-copyts .*-reinit_filter 0/);
    assert.match(args.join(' '), /-map 0:3 -vn -sn -dn/);
  });

  it('lists packets as a second output, where that is asked for', () => {
    const listing = argumentsFor({ index: 3 }).join(' ');
    assert.match(listing, / output\.mp3 -map 0:3 .*-c copy -flush_packets 0 -f framecrc pipe:1$/);
    assert.match(argumentsFor({}, {}, { listsPackets: false }).join(' '), / output\.mp3$/);
  });

  it('writes a copy of the samples behind all filters as an output of its own, for the meter', () => {
    const args = argumentsFor({ index: 3 }, {}, { meters: { sampleRate: 44_100, channels: 2 } });
    assert.equal(filters(args), '');
    assert.match(
      valueAfter(args, '-filter_complex') ?? '',
      /^\[0:3\]asetpts=.*,asetpts=N\/SR\/TB,asplit\[encoded\]/,
    );
    assert.match(args.join(' '), / -map \[encoded\] .* output\.mp3 -map \[metered\] .* -f s16le .* pipe:3 /);
  });

  const table: [string, Partial<AudioTrack>, ConversionOptions, Record<string, string | undefined>][] = [
    ['asks for a variable bit rate by its quality', {}, { quality: 4 }, { '-q:a': '4', '-b:a': undefined }],
    ['asks for the quality 2 by default', {}, {}, { '-q:a': '2', '-b:a': undefined }],
    ['asks for a constant bit rate in kbps', {}, { bitrate: 192 }, { '-b:a': '192k', '-q:a': undefined }],
    ['writes no ID3 tag', {}, {}, { '-id3v2_version': '0' }],
  ];
  for (const [name, track, options, expected] of table) {
    it(name, () => {
      const args = argumentsFor(track, options);
      for (const [option, value] of Object.entries(expected))
        assert.equal(valueAfter(args, option), value, option);
    });
  }
});

describe('encodeArguments › the sample rate', () => {
  const table: [string, Partial<AudioTrack>, ConversionOptions, number][] = [
    ['is that of the source', {}, { quality: 2 }, 44_100],
    ['is 48 kHz for 96 kHz', { sampleRate: 96_000 }, { quality: 2 }, 48_000],
    ['is 44.1 kHz for 88.2 kHz', { sampleRate: 88_200 }, { quality: 2 }, 44_100],
    ['is the next higher one where MP3 does not have it', { sampleRate: 11_111 }, { quality: 2 }, 12_000],
    ['is 44.1 kHz where that of the source is unknown', { sampleRate: undefined }, { quality: 2 }, 44_100],
    ['is 8 kHz for 8 kHz', { sampleRate: 8000 }, { quality: 2 }, 8000],
    ['is raised from 22 kHz for 192 kbps', { sampleRate: 22_050 }, { bitrate: 192 }, 44_100],
    ['stays 22 kHz for 160 kbps', { sampleRate: 22_050 }, { bitrate: 160 }, 22_050],
    ['is raised from 8 kHz for 96 kbps', { sampleRate: 8000 }, { bitrate: 96 }, 44_100],
    ['stays 32 kHz for the highest bit rate', { sampleRate: 32_000 }, { bitrate: 320 }, 32_000],
    ['is the requested one', { sampleRate: 96_000 }, { sample_rate: 22_050 }, 22_050],
  ];
  for (const [name, track, options, rate] of table) {
    it(name, () => assert.match(filters(argumentsFor(track, options)), new RegExp(`,aresample=${rate}:`)));
  }
});

describe('encodeArguments › the selected samples', () => {
  const most = 44_100 * 3601;
  const table: [string, ConversionOptions, { from: number; to?: number } | undefined, string][] = [
    ['are all up to one second more than allowed', {}, undefined, `0:end_sample=${most}`],
    ['begin at `start`', { start: 0.1 }, undefined, `4410:end_sample=${most + 4410}`],
    ['end before `end`', { start: 1, end: 1.00001 }, undefined, '44100:end_sample=44100'],
    ['are rounded to whole samples', { end: 0.000_02 }, undefined, '0:end_sample=1'],
    ['are those of a part', {}, { from: 1152, to: 2304 }, '1152:end_sample=2304'],
    ['are those of a part after `start`', { start: 1 }, { from: 1152, to: 2304 }, '45252:end_sample=46404'],
    ['are those of a last part before `end`', { start: 1, end: 2 }, { from: 1152 }, '45252:end_sample=88200'],
    ['do not exceed `end`', { end: 2 }, { from: 1152, to: 99_000 }, '1152:end_sample=88200'],
  ];
  for (const [name, options, part, range] of table) {
    it(name, () => {
      const args = argumentsFor(
        {},
        options,
        part && { part: { ...part, output: 'part.mp3', reservoir: false } },
      );
      assert.ok(filters(args).includes(`,atrim=start_sample=${range},`), filters(args));
      assert.equal(valueAfter(args, '-reservoir'), part && '0');
    });
  }
});

it('encodeArguments leave the bit reservoir on in a part of a constant bit rate', () => {
  const part = { from: 0, output: 'part.mp3', reservoir: true };
  assert.ok(!argumentsFor({}, { bitrate: 192 }, { part }).includes('-reservoir'));
});

describe('decodeArguments', () => {
  it('decodes to one format, keeps the timestamps, and lists packets', () => {
    const args = decodeArguments({ ...encodeRequest(), listsPackets: true }, { rate: 48_000, channels: 2 });
    const text = args.join(' ');
    assert.match(text, /-copyts/);
    assert.ok(!args.includes('-reinit_filter'));
    assert.match(filters(args), /^aresample=48000:rematrix_maxval=1:.*channel_layouts=stereo$/);
    assert.match(text, /-f nut pipe:3 .*-f framecrc pipe:1$/);
  });
});

describe('maxOutputBytes', () => {
  const SLACK = 16 * 1024 * 1024;
  const second = audioTrack({ expectedSeconds: 1 });
  const limits = { maxDurationSeconds: 10_000, inputBytes: 1000 };
  const table: [string, Parameters<typeof maxOutputBytes>, seconds: number][] = [
    ['allows twice the stated length and ten minutes', [second, limits], 602],
    ['allows what a large file may hold', [second, { ...limits, inputBytes: 500_000 }], 1000],
    ['allows one second more than the longest sound', [second, { ...limits, inputBytes: 1e9 }], 10_001],
    ['does not trust an estimate', [audioTrack({ isLengthStated: false }), limits], 10_001],
  ];
  for (const [name, args, seconds] of table) {
    it(name, () => assert.equal(maxOutputBytes(...args), seconds * 40_000 + SLACK));
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeArguments } from '../../../../services/converter/ffmpeg/encode-arguments.ts';
import type { AudioTrack } from '../../../../services/converter/ffmpeg/probe/probe.ts';
import { untrustedInput } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { audioTrack } from '../../../support/audio-track.ts';

const limits = { maxDurationSeconds: 3600 };
const valueAfter = (args: string[], name: string) =>
  args.includes(name) ? args[args.indexOf(name) + 1] : undefined;

describe('encodeArguments', () => {
  it('puts the guards of the input before its name', () => {
    const args = encodeArguments(audioTrack(), { quality: 2 }, limits);
    const before = args.slice(0, args.indexOf('-i')).join(' ');
    assert.ok(before.includes(untrustedInput.join(' ')));
    assert.match(before, /-nostdin/);
    assert.match(args.join(' '), /-map 0:0 -vn -sn -dn/);
  });

  const table: [string, Partial<AudioTrack>, ConversionOptions, Record<string, string | undefined>][] = [
    [
      'asks for a variable bit rate by its quality',
      {},
      { quality: 2 },
      { '-q:a': '2', '-b:a': undefined, '-ar': undefined, '-ac': undefined },
    ],
    ['asks for a constant bit rate in kbps', {}, { bitrate: 192 }, { '-b:a': '192k', '-q:a': undefined }],
    ['mixes 5.1 down to stereo', { channels: 6 }, { quality: 2 }, { '-ac': '2' }],
    ['keeps mono', { channels: 1 }, { quality: 2 }, { '-ac': undefined }],
    ['keeps an unknown number of channels', { channels: undefined }, { quality: 2 }, { '-ac': undefined }],
    ['resamples 96 kHz to 48 kHz', { sampleRate: 96_000 }, { quality: 2 }, { '-ar': '48000' }],
    ['resamples 88.2 kHz to 44.1 kHz', { sampleRate: 88_200 }, { quality: 2 }, { '-ar': '44100' }],
    [
      'resamples a rate that MP3 does not have to the next higher one',
      { sampleRate: 11_111 },
      { quality: 2 },
      { '-ar': '12000' },
    ],
    ['resamples an unknown rate to 44.1 kHz', { sampleRate: undefined }, { quality: 2 }, { '-ar': '44100' }],
    ['keeps 8 kHz', { sampleRate: 8000 }, { quality: 2 }, { '-ar': undefined }],
    ['resamples 22 kHz for 192 kbps', { sampleRate: 22_050 }, { bitrate: 192 }, { '-ar': '44100' }],
    ['keeps 22 kHz for 160 kbps', { sampleRate: 22_050 }, { bitrate: 160 }, { '-ar': undefined }],
    ['resamples 8 kHz for 96 kbps', { sampleRate: 8000 }, { bitrate: 96 }, { '-ar': '44100' }],
    ['keeps 32 kHz for the highest bit rate', { sampleRate: 32_000 }, { bitrate: 320 }, { '-ar': undefined }],
  ];
  for (const [name, track, options, expected] of table) {
    it(name, () => {
      const args = encodeArguments(audioTrack(track), options, limits);
      for (const [option, value] of Object.entries(expected))
        assert.equal(valueAfter(args, option), value, option);
    });
  }
});

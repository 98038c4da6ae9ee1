import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { encode, encodeArguments, timeMark } from '../../../../services/converter/ffmpeg/encode.ts';
import type { AudioTrack } from '../../../../services/converter/ffmpeg/probe.ts';
import { INPUT, OUTPUT, untrustedInput } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/job.ts';
import { media, tone } from '../../../support/media.ts';

const audio = (fields: Partial<AudioTrack> = {}): AudioTrack => ({
  index: 0,
  sampleRate: 44_100,
  channels: 2,
  expectedSeconds: 1,
  expectedOf: 'track',
  stated: true,
  ...fields,
});
const limits = { maxDurationSeconds: 3600, maxConvertSeconds: 60 };
const after = (args: string[], name: string) =>
  args.includes(name) ? args[args.indexOf(name) + 1] : undefined;

describe('arguments', () => {
  it('guards the input before it is named', () => {
    const args = encodeArguments(audio(), { quality: 2 }, limits);
    const before = args.slice(0, args.indexOf('-i')).join(' ');
    assert.ok(before.includes(untrustedInput.join(' ')));
    assert.match(before, /-nostdin/);
    assert.match(args.join(' '), /-map 0:a:0 -vn -sn -dn/);
  });

  const table: [string, Partial<AudioTrack>, ConversionOptions, Record<string, string | undefined>][] = [
    [
      'variable bit rate',
      {},
      { quality: 2 },
      { '-q:a': '2', '-b:a': undefined, '-ar': undefined, '-ac': undefined },
    ],
    ['constant bit rate', {}, { bitrate: 192 }, { '-b:a': '192k', '-q:a': undefined }],
    ['5.1 becomes stereo', { channels: 6 }, { quality: 2 }, { '-ac': '2' }],
    ['mono stays mono', { channels: 1 }, { quality: 2 }, { '-ac': undefined }],
    ['unknown channels stay', { channels: undefined }, { quality: 2 }, { '-ac': undefined }],
    ['96 kHz', { sampleRate: 96_000 }, { quality: 2 }, { '-ar': '48000' }],
    ['88.2 kHz', { sampleRate: 88_200 }, { quality: 2 }, { '-ar': '44100' }],
    ['a rate that MP3 does not know', { sampleRate: 11_111 }, { quality: 2 }, { '-ar': '12000' }],
    ['an unknown rate', { sampleRate: undefined }, { quality: 2 }, { '-ar': '44100' }],
    ['8 kHz', { sampleRate: 8000 }, { quality: 2 }, { '-ar': undefined }],
    ['22 kHz has no 192 kbps', { sampleRate: 22_050 }, { bitrate: 192 }, { '-ar': '44100' }],
    ['22 kHz has 160 kbps', { sampleRate: 22_050 }, { bitrate: 160 }, { '-ar': undefined }],
    ['8 kHz has no 96 kbps', { sampleRate: 8000 }, { bitrate: 96 }, { '-ar': '44100' }],
    ['32 kHz has all', { sampleRate: 32_000 }, { bitrate: 320 }, { '-ar': undefined }],
  ];
  for (const [name, track, options, expected] of table) {
    it(name, () => {
      const args = encodeArguments(audio(track), options, limits);
      for (const [option, value] of Object.entries(expected))
        assert.equal(after(args, option), value, option);
    });
  }
});

describe('the bit rate that was asked for is the one that comes out', () => {
  for (const [rate, bitrate] of [
    [8000, 320],
    [8000, 64],
    [16_000, 160],
    [22_050, 192],
    [44_100, 32],
    [48_000, 128],
  ] as const) {
    it(`${bitrate} kbps from ${rate} Hz`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mp3converter-ffmpeg-'));
      try {
        await copyFile(await media(`${rate}.wav`, ...tone(1, { rate })), join(folder, INPUT));
        const signal = new AbortController().signal;
        await encode(
          'ffmpeg',
          folder,
          audio({ sampleRate: rate }),
          { bitrate },
          { limits, signal, onTime() {} },
        );
        const show = ['-v', 'error', '-show_entries', 'stream=bit_rate', '-of', 'csv=p=0'];
        const { stdout } = await promisify(execFile)('ffprobe', [...show, join(folder, OUTPUT)]);
        assert.equal(Number(stdout), bitrate * 1000);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }
});

describe('failures', () => {
  const FULL = '\\033[1;31m[error] x: No space left on device\\033[0m';
  const run = async (script: string, options = limits) => {
    const folder = await mkdtemp(join(tmpdir(), 'mp3converter-ffmpeg-'));
    try {
      const { chmod, writeFile } = await import('node:fs/promises');
      const tool = join(folder, 'ffmpeg');
      await writeFile(tool, `#!/bin/sh\n${script}\n`);
      await chmod(tool, 0o755);
      const signal = new AbortController().signal;
      await encode(tool, folder, audio(), { quality: 2 }, { limits: options, signal, onTime() {} });
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const table: [string, string, object][] = [
    ['a bad exit is the video’s fault', 'echo broken >&2; exit 1', { code: 'conversion_failed' }],
    ['a kill from elsewhere is not', 'kill -9 $$', /SIGKILL/],
    ['nor is a full disk', `printf '${FULL}\\n' >&2; exit 1`, { message: /full/ }],
    [
      'a tag that claims a full disk is the video’s fault',
      'echo "[error] x: No space left on device" >&2; exit 1',
      { code: 'conversion_failed' },
    ],
    [
      'an ffmpeg that does not state what it decoded is no fault of the video',
      'touch output.mp3',
      /not stated/,
    ],
    ['a file of the largest size was cut', 'truncate -s 2G output.mp3', { code: 'conversion_failed' }],
  ];
  for (const [name, script, error] of table) it(name, () => assert.rejects(run(script), error));

  it('the wall clock ends it', () =>
    assert.rejects(run('exec sleep 1000', { ...limits, maxConvertSeconds: 0.1 }), {
      code: 'conversion_failed',
    }));

  it('hands no environment on but PATH', () =>
    assert.rejects(run('test -z "$HOME$USER$NODE_TEST_CONTEXT" || exit 1; kill -9 $$'), /SIGKILL/));
});

it('reads time marks', () => {
  assert.equal(timeMark('size=     512kB time=01:00:32.81 bitrate= 128.0kbits/s speed=  90x'), 3632.81);
  assert.equal(timeMark('size=N/A time=N/A bitrate=N/A'), undefined);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { encode } from '../../../../services/converter/ffmpeg/encode.ts';
import { INPUT, OUTPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { audioTrack } from '../../../support/audio-track.ts';
import { encodeRequest } from '../../../support/encode-request.ts';
import { media, tone } from '../../../support/media.ts';
import { unconfined } from '../../../support/tools.ts';

const limits = { maxDurationSeconds: 3600, maxConvertSeconds: 240 };

describe('encode › the bit rate of the MP3', () => {
  for (const [rate, bitrate] of [
    [8000, 320],
    [8000, 64],
    [16_000, 160],
    [22_050, 192],
    [44_100, 32],
    [48_000, 128],
  ] as const) {
    it(`is ${bitrate} kbps, as requested, for a source of ${rate} Hz`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mp3converter-ffmpeg-'));
      try {
        await copyFile(await media(`${rate}.wav`, ...tone(1, { rate })), join(folder, INPUT));
        const audio = audioTrack({ sampleRate: rate, channels: 1 });
        await encode(encodeRequest({ folder, audio, options: { bitrate } }));
        const show = ['-v', 'error', '-show_entries', 'stream=bit_rate', '-of', 'csv=p=0'];
        const { stdout } = await promisify(execFile)('ffprobe', [...show, join(folder, OUTPUT)]);
        assert.equal(Number(stdout), bitrate * 1000);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }
});

describe('encode › failures of ffmpeg', () => {
  const FULL = '\\033[1;31m[error] x: No space left on device\\033[0m';
  const run = async (script: string, allowed = limits) => {
    const folder = await mkdtemp(join(tmpdir(), 'mp3converter-ffmpeg-'));
    try {
      const tool = join(folder, 'ffmpeg');
      await writeFile(tool, `#!/bin/sh\n${script}\n`);
      await chmod(tool, 0o755);
      await encode(encodeRequest({ ffmpeg: unconfined(tool), folder, limits: allowed }));
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const table: [string, string, object][] = [
    ['takes a bad exit for a fault of the video', 'echo broken >&2; exit 1', { code: 'conversion_failed' }],
    ['does not take a kill for a fault of the video', 'kill -9 $$', /SIGKILL/],
    ['recognizes a full disk', `printf '${FULL}\\n' >&2; exit 1`, { message: /full/ }],
    [
      'is not deceived by a tag that claims a full disk',
      'echo "[error] x: No space left on device" >&2; exit 1',
      { code: 'conversion_failed' },
    ],
    ['does not blame the video when ffmpeg does not state what it decoded', 'touch output.mp3', /not stated/],
    [
      'refuses a file of the largest size, because it was cut off',
      'truncate -s 2G output.mp3',
      { code: 'conversion_failed' },
    ],
  ];
  for (const [name, script, error] of table) it(name, () => assert.rejects(run(script), error));

  it('ends ffmpeg after the longest conversion time', () =>
    assert.rejects(run('exec sleep 1000', { ...limits, maxConvertSeconds: 0.1 }), {
      code: 'conversion_failed',
    }));

  it('passes only PATH of the environment on', () =>
    assert.rejects(run('test -z "$HOME$USER$NODE_TEST_CONTEXT" || exit 1; kill -9 $$'), /SIGKILL/));
});

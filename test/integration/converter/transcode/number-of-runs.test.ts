import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { INPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { noSandbox } from '../../../../services/converter/sandbox/no-sandbox.ts';
import type { Tool } from '../../../../services/converter/sandbox/sandbox.ts';
import { createTranscode } from '../../../../services/converter/transcode/transcode.ts';
import { media, picture, tone } from '../../../support/media.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-runs-'));
});
after(() => rm(root, { recursive: true }));

/** Converts a file. Returns the names of the tools in the order in which they were started. */
async function toolsFor(source: string): Promise<string[]> {
  const started: string[] = [];
  const counted = (path: string): Tool => ({
    path,
    sandbox: {
      ...noSandbox,
      commandLine(...args) {
        started.push(path);
        return noSandbox.commandLine(...args);
      },
    },
  });
  const folder = await mkdtemp(join(root, 'attempt-'));
  await copyFile(source, join(folder, INPUT));
  const limits = { maxDurationSeconds: 60, maxConvertSeconds: 240 };
  const transcode = createTranscode({ ffmpeg: counted('ffmpeg'), ffprobe: counted('ffprobe'), limits });
  const { signal } = new AbortController();
  const mp3 = await transcode({ folder, options: {}, signal, onProbe() {}, onTime() {} });
  await mp3.verify();
  return started.sort();
}

const film = [...picture(2), ...tone(2)];
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'];
const cover = ['-map', '0:v', '-map', '1:a', '-c:v', 'mjpeg', '-disposition:v', 'attached_pic'];

describe('the tools that a conversion starts', { concurrency: 2 }, () => {
  const table: [name: string, source: () => Promise<string>, started: string[]][] = [
    ['an MP4', () => media('a.mp4', ...film, ...h264), ['ffmpeg', 'ffmpeg']],
    ['a Matroska film', () => media('a.mkv', ...film, ...h264), ['ffmpeg', 'ffmpeg']],
    [
      'an FLV film, whose picture has no known size',
      () => media('a.flv', ...film, '-c:v', 'flv', '-c:a', 'aac'),
      ['ffmpeg', 'ffmpeg', 'ffmpeg'],
    ],
    [
      'an MP3 with a cover',
      () => media('c.mp3', ...picture(0.1), ...tone(2), ...cover),
      ['ffmpeg', 'ffmpeg', 'ffmpeg'],
    ],
    ['an MP3 without one', () => media('a.mp3', ...tone(2)), ['ffmpeg', 'ffprobe']],
    ['a WAV file', () => media('a.wav', ...tone(2)), ['ffmpeg', 'ffprobe']],
  ];
  for (const [name, source, started] of table) {
    it(`are ${started.join(', ')} for ${name}`, async () => {
      assert.deepEqual(await toolsFor(await source()), started);
    });
  }
});

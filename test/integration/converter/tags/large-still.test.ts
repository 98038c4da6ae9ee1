import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { extractFrame } from '../../../../services/converter/tags/extract-frame.ts';
import { unconfined } from '../../../support/tools.ts';

const root = await mkdtemp(join(tmpdir(), 'mp3converter-still-'));
after(() => rm(root, { recursive: true }));
const { signal } = new AbortController();

/** Stands in for an ffmpeg that a film has taken over: it writes a still of so many bytes. */
async function ffmpegThatWrites(bytes: number) {
  const path = join(root, `ffmpeg-${bytes}`);
  await writeFile(path, `#!/bin/sh\nexec truncate -s ${bytes} frame.jpg\n`, { mode: 0o755 });
  return unconfined(path);
}

describe('extractFrame › a tool that was taken over', () => {
  for (const [bytes, isTaken] of [
    [8 * 1024 * 1024, true],
    [8 * 1024 * 1024 + 1, false],
    [2 ** 40, false],
  ] as const) {
    it(`${isTaken ? 'takes' : 'does not read'} a still of ${bytes} bytes, and removes its file`, async () => {
      const folder = await mkdtemp(join(root, 'job-'));
      const tools = {
        ffmpeg: await ffmpegThatWrites(bytes),
        folder,
        inputArguments: ['-i', 'input'],
        signal,
      };
      const result = await extractFrame(tools, { videoIndex: 0, codec: 'h264', durationSeconds: 10 });
      if (isTaken) assert.equal('cover' in result && result.cover.bytes.length, bytes);
      else assert.deepEqual(result, { reason: 'no picture of the film can be decoded' });
      assert.deepEqual(await readdir(folder), []);
    });
  }
});

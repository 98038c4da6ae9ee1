import assert from 'node:assert/strict';
import { mkdtemp, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { createReservoirPacker } from '../../../../services/converter/mp3/bit-reservoir.ts';
import type { TaggedMp3 } from '../../../../services/converter/mp3/frame-reader.ts';
import { createFrameWriter } from '../../../../services/converter/mp3/frame-writer.ts';

/** Returns the paths of the files that this process has open. */
async function openFiles(): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd');
  return Promise.all(descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
}

it('createFrameWriter leaves no file open when its model cannot be read', {
  skip: process.platform !== 'linux',
}, async (test) => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'mp3converter-frame-writer-')));
  test.after(() => rm(folder, { recursive: true }));
  const output = join(folder, 'output.mp3');
  const model = { path: join(folder, 'missing.mp3'), id3Bytes: 10, tagFrame: { bytes: Buffer.alloc(0) } };
  await assert.rejects(
    createFrameWriter(output, model as TaggedMp3, { frames: 1, packer: createReservoirPacker() }),
    { code: 'ENOENT' },
  );
  assert.ok(!(await openFiles()).includes(output));
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { writePrivate } from '../../../../services/shared/runtime/private-files.ts';

describe('writePrivate', () => {
  it('leaves no part of a secret behind when it cannot write the file', async (context) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'private-files-test-'));
    context.after(() => rm(folder, { recursive: true, force: true }));
    // A folder of this name cannot be replaced by a file.
    const file = path.join(folder, 'credentials.json');
    await mkdir(path.join(file, 'full'), { recursive: true });
    assert.throws(() => writePrivate(file, 'secret'));
    assert.deepEqual(await readdir(folder), ['credentials.json']);
  });
});

import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { renameToNew } from '../../../../../services/gateway/cli/files/write-file.ts';
import { temporaryFolder } from '../test-terminal.ts';

const AUDIO = Buffer.alloc(1000, 5);

describe('renameToNew on a file system without hard links', () => {
  const linkNotSupported = () => Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' }));

  it('gives the part its name', async (context) => {
    const folder = await temporaryFolder(context);
    const [part, file] = [path.join(folder, 'part'), path.join(folder, 'a.mp3')];
    await writeFile(part, AUDIO);
    await renameToNew(part, file, linkNotSupported);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(await readdir(folder), ['a.mp3']);
  });

  it('does not overwrite a file that has appeared meanwhile', async (context) => {
    const folder = await temporaryFolder(context);
    const [part, file] = [path.join(folder, 'part'), path.join(folder, 'a.mp3')];
    await writeFile(part, AUDIO);
    await writeFile(file, 'mine');
    await assert.rejects(renameToNew(part, file, linkNotSupported), /has appeared meanwhile/);
    assert.equal(await readFile(file, 'utf8'), 'mine');
  });
});
